"""Forms about paper: a file that goes along, how the PDF goes along, the letterhead's logo."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from contacts.languages import language_name
from mailing.models import Mailing


class EnclosureForm(forms.Form):
    """A file to let go with a letter."""

    title = forms.CharField(label=_("What it is"), max_length=150, widget=forms.TextInput({"class": "input"}))
    language = forms.ChoiceField(label=_("For readers of"), required=False, widget=forms.Select({"class": "input"}))
    upload = forms.FileField(
        label=_("File"),
        max_length=200,
        help_text=_("PDF, DOCX, XLSX, PPTX, ODT, ODS, PNG or JPEG; at most 5 MB, all files together 6 MB."),
        widget=forms.FileInput({"class": "input"}),
    )

    def __init__(self, *args: Any, languages: list[str], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "file_%s")
        super().__init__(*args, **kwargs)
        rows = [(code, language_name(code)) for code in languages]
        self.fields["language"].choices = [("", _("Every language")), *rows]  # type: ignore[attr-defined]


class PaperForm(forms.Form):
    """How each recipient gets the letter on letterhead."""

    paper = forms.ChoiceField(
        label=_("The letter on letterhead"),
        choices=[
            (Mailing.PaperAs.ATTACHED, _("A PDF of it goes with each letter")),
            (Mailing.PaperAs.LINK, _("A link in each letter leads to its PDF")),
            (Mailing.PaperAs.NONE, _("No PDF")),
        ],
        widget=forms.Select({"class": "input"}),
        help_text=_("Each recipient’s own, with their name and in their language."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "paper_%s")
        super().__init__(*args, **kwargs)


class LetterheadForm(forms.Form):
    """What stands on paper beside name and register number."""

    address = forms.CharField(
        label=_("Postal address"),
        required=False,
        max_length=300,
        widget=forms.Textarea({"class": "input", "rows": 3}),
        help_text=_("As it stands on paper, a line for each part. Empty: none is printed."),
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        max_length=200,
        help_text=_("PNG or JPEG, at most 1 MB. It is printed 16 mm high."),
        widget=forms.FileInput({"class": "input"}),
    )
    without_logo = forms.BooleanField(label=_("Take the logo off"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "head_%s")
        super().__init__(*args, **kwargs)

    def clean_logo(self) -> UploadedFile | None:
        """Refuse what is too large before it is read."""
        logo: UploadedFile | None = self.cleaned_data["logo"]
        if logo is not None and (logo.size or 0) > 1024 * 1024:
            raise forms.ValidationError(_("The logo is larger than 1 MB. Make it smaller."))
        return logo
