"""Forms of the import of people who agreed to get a list."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.forms.imports import ColumnsForm, UploadForm
from contacts.imports.subscriber_sheet import checked_mapping, field_choices


class ReadersForm(UploadForm):
    """A file or pasted cells. The day of each consent stands in its row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["as_of"]
        self.fields["file"].help_text = _("CSV or XLSX; at most 20 MB and 100,000 rows.")


class ReaderColumnsForm(ColumnsForm):
    """The same for a sheet of readers: address, day and proof must be among the fields, and none twice."""

    def offered(self) -> list[tuple[str, str]]:
        """Every field a column can be."""
        return field_choices()

    def checked(self, chosen: dict[str, str]) -> dict[str, Any]:
        """Field → header from header → field. Raises ImportRefused where it cannot work."""
        return checked_mapping(chosen)
