"""Forms of Settings → API."""

from datetime import date

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.calling import CallFailed, checked
from desk.models import Webhook
from desk.models.api import Scope


class KeyForm(forms.Form):
    """What a key is for, and what it may do."""

    prefix = "key"
    name = forms.CharField(label=_("What it is for"), max_length=100, help_text=_("Such as “our website”."))
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: until it is taken back."),
    )

    def clean_expires_on(self) -> date | None:
        """A day that has not passed."""
        day: date | None = self.cleaned_data["expires_on"]
        if day and day < timezone.localdate():
            raise ValidationError(_("This day has passed."))
        return day


class WebhookForm(forms.Form):
    """Where to tell what."""

    prefix = "webhook"
    name = forms.CharField(label=_("Name"), max_length=100)
    url = forms.CharField(
        label=_("Address"), max_length=500, help_text=_("It starts with https:// and answers from the public internet.")
    )
    events = forms.MultipleChoiceField(
        label=_("Tell it when"),
        choices=[choice for choice in Webhook.Event.choices if choice[0] != Webhook.Event.PING],
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_name(self) -> str:
        """A name that no other has."""
        name: str = self.cleaned_data["name"]
        if Webhook.objects.filter(name=name).exists():
            raise ValidationError(_("There is a webhook of this name already."))
        return name

    def clean_url(self) -> str:
        """An address that may be called, by its form; where its name leads is looked at with each call."""
        url: str = self.cleaned_data["url"]
        try:
            checked(url, may_loop=settings.WEBHOOKS_MAY_LOOP)
        except CallFailed as error:
            raise ValidationError(str(error)) from error
        return url
