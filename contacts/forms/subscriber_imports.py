"""Forms of the import of people who agreed to get a list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.imports import UploadForm
from contacts.imports.errors import ImportRefused
from contacts.imports.guessing import Column
from contacts.imports.subscriber_sheet import checked_mapping, field_choices


class ReadersForm(UploadForm):
    """A file or pasted cells. The day of each consent stands in its row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["as_of"]
        self.fields["file"].help_text = _("CSV or XLSX; at most 20 MB and 100,000 rows.")


class ReaderColumnsForm(forms.Form):
    """Which column is which field: one menu a column, named `column-<number>`."""

    def __init__(self, *args: Any, columns: list[Column], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = [column for column in columns if column.header]
        for column in self.columns:
            self.fields[f"column-{column.number}"] = forms.ChoiceField(
                label=column.header, choices=field_choices(), initial=column.field, required=False
            )

    def rows(self) -> list[tuple[Column, Any]]:
        """Each column with its menu."""
        return [(column, self[f"column-{column.number}"]) for column in self.columns]

    def clean(self) -> dict[str, Any]:
        """Address, day and proof must be among them, and no field twice."""
        found = super().clean() or {}
        if not self.errors:
            try:
                self.mapping = checked_mapping(self.chosen())
            except ImportRefused as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return found

    def chosen(self) -> dict[str, str]:
        """Header → field, "" for columns that are left out."""
        return {column.header: self.cleaned_data.get(f"column-{column.number}", "") for column in self.columns}
