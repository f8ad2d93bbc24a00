"""Lists as CSV and XLSX files that a spreadsheet opens without running anything in them: one guard for both."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import FileResponse, StreamingHttpResponse

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# What Excel takes into one cell, and into one sheet beside the header (its specifications and limits).
_LONGEST_CELL = 32_767
MOST_ROWS = 1_048_575
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def safe_cell(value: Any) -> str:
    """The value as text that no spreadsheet takes for a formula (OWASP, CSV injection): an apostrophe stands before."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


class _Echo:
    """A file that gives back what is written, so that rows stream."""

    def write(self, text: str) -> str:
        return text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]], *, bom: bool = True) -> Iterator[str]:
    """Lines of the file, in UTF-8; with a byte order mark unless told otherwise, so that Excel reads accents."""
    writer = csv.writer(_Echo())
    if bom:
        yield "\ufeff"
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow([safe_cell(cell) for cell in row])


def csv_download(
    filename: str, header: Sequence[str], rows: Iterable[Sequence[Any]], *, bom: bool = True
) -> StreamingHttpResponse:
    """A download of the rows; `filename` is ours, never a person's words."""
    response = StreamingHttpResponse(csv_lines(header, rows, bom=bom), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def xlsx_download(filename: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """A download of the rows as one sheet of text cells, written through a temporary file so that memory stays flat.

    Rows after MOST_ROWS do not fit into a sheet and are left out; the lists of this product are shorter.
    """
    from openpyxl import Workbook  # 5 MB, which no worker needs.

    book = Workbook(write_only=True)
    sheet = book.create_sheet("List")
    sheet.freeze_panes = "A2"
    sheet.append([_text_cell(sheet, title) for title in header])
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            break
        sheet.append([_text_cell(sheet, safe_cell(value)) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename, content_type=XLSX)


def _text_cell(sheet: Any, text: str) -> Any:
    """A cell that is text whatever it holds: openpyxl would make a formula of "=…" and an error of "#N/A"."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)[:_LONGEST_CELL])
    cell.data_type = "s"
    return cell
