"""The form of a meeting, a call or another entry of a person's timeline."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Interaction

KINDS = [
    (kind, label) for kind, label in Interaction.Kind.choices if kind in ("meeting", "call", "event", "commitment")
]


class InteractionForm(forms.ModelForm):
    """Kind, when, who else was there, and what was said."""

    kind = forms.ChoiceField(label=_("What"), choices=KINDS, initial="meeting", widget=forms.RadioSelect)
    at = forms.DateTimeField(
        label=_("When"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        help_text=_("A day that is still to come stands first, as planned."),
        error_messages={"invalid": _("This is not a day and time. Write it as 2026-11-30 14:00.")},
    )
    note = forms.CharField(
        label=_("What was said, what comes next"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("No data on trafficked persons. The person may ask to read what is written here."),
    )

    class Meta:
        model = Interaction
        fields = ["kind", "at", "with_whom", "note", "due_on"]
        widgets = {"due_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}
        labels = {"with_whom": _("With whom"), "due_on": _("Come back to it on")}
        help_texts = {
            "with_whom": _("Colleagues and organisations that were there, such as “Ilse and Harbour House”."),
            "due_on": _("From this day it stands on your first page until you say that it is done. Empty: never."),
        }
        error_messages = {"due_on": {"invalid": _("This is not a day. Write it as 2026-11-30.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial.setdefault("at", timezone.localtime().replace(second=0, microsecond=0))
