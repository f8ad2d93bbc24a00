"""Forms of the settings pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class YourSettingsForm(forms.ModelForm):
    """Name and language of the person themselves."""

    language = forms.ChoiceField(label=_("Language of these pages"), choices=lambda: settings.DESK_LANGUAGES)

    class Meta:
        model = User
        fields = ["name", "language"]


class InviteForm(forms.Form):
    """Whom to invite, and what they may do."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"), max_length=254, help_text=_("The link goes to this address."))
    role = forms.ChoiceField(label=_("Role"), choices=User.Role.choices, initial=User.Role.VIEWER)

    def clean_email(self) -> str:
        """In lower case; refused when a colleague has it already."""
        email: str = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(_("A colleague has this address already. Look for them in the list."))
        return email


class RoleForm(forms.Form):
    """Another role for a colleague."""

    role = forms.ChoiceField(label=_("Role"), choices=User.Role.choices)


class FirstPasswordForm(SetPasswordForm):
    """The password of somebody who accepts an invitation."""


class AuditFilterForm(forms.Form):
    """Which part of the trail to show."""

    person = forms.ChoiceField(label=_("Who"), required=False)
    text = forms.CharField(label=_("What the sentence says"), required=False, max_length=100)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Everybody")), ("system", _("Demarche itself")), *people]
        self.fields["person"].choices = choices  # type: ignore[attr-defined]
