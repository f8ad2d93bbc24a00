"""The forms of tags."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from contacts.models import Tag
from contacts.tagging import same_name
from transport.one_line import one_line

NAMELESS = _("Write the tag's name.")


class TagForm(forms.Form):
    """Another name for a tag; a name that another tag has needs a second look."""

    name = forms.CharField(label=_("Name"), max_length=60)
    make_one = forms.BooleanField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, tag: Tag, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["name"] = tag.name
        self.tag = tag
        self.other: Tag | None = None

    def clean_name(self) -> str:
        """One word or a few."""
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Give the tag a name."))
        return name

    def clean(self) -> dict[str, Any]:
        """Finds the other tag of that name."""
        data = super().clean() or {}
        if name := data.get("name"):
            self.other = same_name(name, but=self.tag)
        return data


class TagManyForm(forms.Form):
    """A tag for the people who are ticked, or for all that fit the filters."""

    tag = forms.CharField(label=_("Tag"), max_length=60, error_messages={"required": NAMELESS})
    act = forms.ChoiceField(choices=[("put", _("Put on")), ("take", _("Take off"))])
    everybody = forms.BooleanField(required=False)

    def clean_tag(self) -> str:
        """One word or a few."""
        name = one_line(self.cleaned_data["tag"])
        if not name:
            raise ValidationError(NAMELESS)
        return name
