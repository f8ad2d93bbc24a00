"""The forms of a correction of an issue and of its withdrawal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.one_line import OneLineField
from mailing.corrections import Change
from mailing.models import WebVersion


def _input(**attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", **attrs})


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"class": "input", "rows": rows})


class CorrectionForm(forms.Form):
    """What is corrected in one web version, the note for readers, and which edition the colleague read."""

    subject = OneLineField(label=_("Title"), max_length=200, widget=_input())
    preheader = OneLineField(label=_("What is in it, in one line"), max_length=200, required=False, widget=_input())
    old = forms.CharField(
        label=_("Words that are wrong"),
        help_text=_("Copied from the page, from one paragraph. Or the address of a link, beginning with https://."),
        max_length=1000,
        required=False,
        widget=_area(3),
    )
    new = forms.CharField(
        label=_("Words that stand there instead"),
        help_text=_("Empty takes the wrong ones out."),
        max_length=1000,
        required=False,
        widget=_area(3),
    )
    note = forms.CharField(
        label=_("What was changed, for readers"),
        help_text=_("In the language of the text: “The letter gave 12 countries for point 3. It is 11.”"),
        max_length=300,
        widget=_area(2),
    )
    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2_000_000_000)

    def __init__(self, data: Any = None, *, version: WebVersion) -> None:
        start = {"subject": version.subject, "preheader": version.preheader, "edition": version.edition}
        super().__init__(data, initial=start)
        for name in ("subject", "preheader", "old", "new", "note"):
            self.fields[name].widget.attrs["lang"] = version.language

    def change(self) -> Change:
        """What was typed, once it is valid."""
        names = ("subject", "preheader", "old", "new", "note")
        return Change(**{name: self.cleaned_data[name] for name in names})


class WithdrawForm(forms.Form):
    """Why an issue is taken out of the archive."""

    reason = forms.CharField(label=_("Why, for readers who come to its page"), max_length=300, widget=_area(2))
