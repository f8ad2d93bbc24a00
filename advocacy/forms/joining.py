"""Forms of the calls that others lead."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advocacy.forms.signing import OrganisationNames
from advocacy.joining import MOST_BYTES, Asked
from advocacy.languages import language_choices
from advocacy.models import JoinedCall
from contacts.forms.one_line import OneLineField
from contacts.models import Organisation

_TEXT = {"class": "input"}


class CallForm(forms.Form):
    """A call as it came in: who leads, the text as a link or a PDF, until when."""

    title = OneLineField(label=_("Title"), max_length=200, widget=forms.TextInput(_TEXT))
    lead = OneLineField(label=_("Led by"), max_length=200, widget=forms.TextInput(_TEXT | {"list": "organisations"}))
    is_new = forms.BooleanField(label=_("It is new: add it to the organisations"), required=False)
    language = forms.ChoiceField(label=_("Written in"), initial="en", widget=forms.Select(_TEXT))
    summary = OneLineField(
        label=_("What it asks, in a sentence or two"),
        max_length=400,
        required=False,
        widget=forms.Textarea({"class": "textarea", "rows": 2}),
    )
    link = forms.URLField(
        label=_("Link to the text"),
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(_TEXT),
    )
    file = forms.FileField(
        label=_("Or the text as a PDF"),
        required=False,
        help_text=_("8 MB at most."),
        widget=forms.FileInput(_TEXT | {"accept": "application/pdf"}),
    )
    received_on = forms.DateField(
        label=_("Received on"), widget=forms.DateInput(_TEXT | {"type": "date"}, format="%Y-%m-%d")
    )
    deadline = forms.DateTimeField(
        label=_("Answer until"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local", **_TEXT}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, known: OrganisationNames, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"received_on": timezone.localdate(), "language": "en"})
        super().__init__(*args, **kwargs)
        self.known = known
        self.fields["language"].choices = language_choices()  # type: ignore[attr-defined]

    def clean_link(self) -> str:
        """A link to https: readers are not sent elsewhere."""
        link = str(self.cleaned_data["link"])
        if link and not link.startswith("https://"):
            raise ValidationError(_("Write an address that begins with https://."))
        return link

    def clean_file(self) -> UploadedFile | None:
        """A PDF of a bearable size."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return None
        if (file.size or 0) > MOST_BYTES:
            raise ValidationError(_("This file is larger than 8 MB. Send a link instead."))
        if file.read(5) != b"%PDF-":
            raise ValidationError(_("This is not a PDF. Save it as one, or send a link."))
        file.seek(0)
        return file

    def clean(self) -> dict[str, Any]:
        """The text in one form or the other, and an organisation that is known or said to be new."""
        data = super().clean() or {}
        if not data.get("link") and not data.get("file") and not {"link", "file"} & set(self.errors):
            self.add_error("link", _("Give the text: a link or a PDF."))
        name = data.get("lead", "")
        data["found"] = self.known.find(name) if name else None
        if name and data["found"] is None and not data.get("is_new"):
            self.add_error("lead", _("No organisation has this name. Choose one of the list, or say that it is new."))
        return data

    def asked(self, lead: Organisation) -> Asked:
        """What was typed; call it on a valid form."""
        data, file = self.cleaned_data, self.cleaned_data["file"]
        names = ("title", "language", "summary", "link", "received_on", "deadline")
        values = {name: data[name] for name in names}
        if file is not None:
            name = "".join(letter for letter in (file.name or "") if letter.isprintable() and letter not in '/\\"')
            values |= {"file": file.read(), "file_name": name[-120:] or "text.pdf"}
        return Asked(lead=lead, **values)


class DecisionForm(forms.Form):
    """Whether we join, and why."""

    decision = forms.ChoiceField(
        label=_("Do we join?"),
        choices=[(JoinedCall.Decision.JOINED, _("We join")), (JoinedCall.Decision.DECLINED, _("We do not join"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"class": "textarea", "rows": 3}))
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def clean_reason(self) -> str:
        """Without null characters."""
        return str(self.cleaned_data["reason"]).replace("\0", "").strip()
