"""Forms of the reply desk."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing import reading


class PasteForm(forms.Form):
    """An answer that came some other way."""

    name = forms.CharField(label=_("Who wrote it"), max_length=200, required=False)
    email = forms.EmailField(
        label=_("Their address"),
        max_length=254,
        required=False,
        help_text=_("By it we find the person. Without a name and an address nobody can be found."),
    )
    received_at = forms.DateTimeField(
        label=_("When it came"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        error_messages={"invalid": _("This is not a day and time. Write it as 2026-11-30 14:00.")},
    )
    subject = forms.CharField(label=_("Subject"), max_length=300, required=False)
    text = forms.CharField(
        label=_("What they wrote"),
        max_length=reading.MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("No data on trafficked persons. The person may ask to read what is kept here."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("received_at", timezone.localtime().replace(second=0, microsecond=0))

    def clean_text(self) -> str:
        """The words as both databases take them."""
        return reading.storable(self.cleaned_data["text"].replace("\r\n", "\n")).strip()

    def clean_received_at(self) -> Any:
        """Not in the future."""
        at = self.cleaned_data["received_at"]
        if at > timezone.now() + timedelta(minutes=5):
            raise forms.ValidationError(_("This day and time are still to come."))
        return at

    def clean(self) -> dict[str, Any]:
        """Somebody must have written it."""
        data = super().clean() or {}
        if not data.get("name") and not data.get("email") and not self.errors:
            self.add_error("name", _("Say who wrote it: a name, an address, or both."))
        return data
