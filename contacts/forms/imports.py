"""Forms of the pages of imports."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.imports.errors import ImportRefused
from contacts.imports.guessing import Column, field_choices, mapping_from
from contacts.imports.reading import MAX_BYTES


class UploadForm(forms.Form):
    """A file, or cells pasted from a spreadsheet, and the day it speaks for."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("CSV, XLSX, or a list of members as XML or JSON; at most 20 MB and 100,000 rows."),
    )
    text = forms.CharField(
        label=_("Or paste cells with their header row"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    as_of = forms.DateField(
        label=_("The day it speaks for"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: the day in the file's name, else today. An older file fills gaps and changes nothing."),
    )

    def clean_file(self) -> Any:
        """Too large is said before anything is read."""
        file = self.cleaned_data["file"]
        if file is not None and file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB. Split it and import the parts."))
        return file

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        found = super().clean() or {}
        if not self.errors and not found.get("file") and not (found.get("text") or "").strip():
            raise forms.ValidationError(_("Choose a file, or paste cells with their header row."))
        return found

    def content(self) -> tuple[bytes, str]:
        """The bytes and the name of what came."""
        file = self.cleaned_data["file"]
        if file is not None:
            return file.read(), str(file.name)
        return self.cleaned_data["text"].encode("utf-8", "replace"), "pasted.csv"


class RepairedForm(forms.Form):
    """A repaired file for an import that is being checked."""

    file = forms.FileField(label=_("Repaired file"))


class EncodingForm(forms.Form):
    """In which encoding the words look right."""

    encoding = forms.ChoiceField(label=_("Which lines look right?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, offered: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["encoding"].choices = offered  # type: ignore[attr-defined]


class SheetForm(forms.Form):
    """Which sheet of a workbook."""

    sheet = forms.ChoiceField(label=_("Sheet"))

    def __init__(self, *args: Any, sheets: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]


class ColumnsForm(forms.Form):
    """Which column is which field: one menu a column, named `column-<number>`.

    Of a sheet of people; another kind of sheet offers other fields and asks for others (`offered`, `checked`).
    """

    def __init__(self, *args: Any, columns: list[Column], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = [column for column in columns if column.header]
        for column in self.columns:
            self.fields[f"column-{column.number}"] = forms.ChoiceField(
                label=column.header, choices=self.offered(), initial=column.field, required=False
            )

    def offered(self) -> list[tuple[str, str]]:
        """Every field a column can be."""
        return field_choices()

    def checked(self, chosen: dict[str, str]) -> dict[str, Any]:
        """The mapping of header → field. Raises ImportRefused where it cannot work: no field twice, and who is who."""
        return mapping_from(chosen)

    def rows(self) -> list[tuple[Column, Any]]:
        """Each column with its menu."""
        return [(column, self[f"column-{column.number}"]) for column in self.columns]

    def clean(self) -> dict[str, Any]:
        """The mapping must work."""
        found = super().clean() or {}
        if not self.errors:
            try:
                self.mapping = self.checked(self.chosen())
            except ImportRefused as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return found

    def chosen(self) -> dict[str, str]:
        """Header → field, "" for columns that are left out."""
        return {column.header: self.cleaned_data.get(f"column-{column.number}", "") for column in self.columns}


class ApplyForm(forms.Form):
    """What was ticked on the check page. Only rows that were shown can be left out."""

    digest = forms.CharField(max_length=64)
    gone = forms.ChoiceField(choices=[("leave", ""), ("end", "")], required=False)


class WordForm(forms.Form):
    """What a word of the file means."""

    kind = forms.CharField(max_length=20)
    label = forms.CharField(max_length=200, strip=False)
    code = forms.CharField(max_length=200)
