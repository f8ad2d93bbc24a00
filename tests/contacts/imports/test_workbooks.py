"""XLSX: the first visible sheet, values only, and nothing that unpacks to a flood."""

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from contacts.imports.errors import ImportRefused
from contacts.imports.mapping import load_mapping
from contacts.imports.spreadsheet import parse_sheet
from contacts.imports.tables import read_table

HEADER = ["given name", "family name", "email", "country"]


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def book_of(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return book


def test_a_workbook_is_read_like_a_csv():
    data = saved(book_of(HEADER, ["Ana", "Novak", "ana@x.example", "IE"], [], ["Bo", "Lind", "bo@x.example"]))
    pull = parse_sheet(data, file_name="s.xlsx", mapping=load_mapping("generic"), as_of=date(2026, 1, 1))
    assert [(record.row, record.family_name, record.country) for record in pull.records] == [
        (2, "Novak", "IE"), (4, "Lind", None),
    ]  # fmt: skip


def test_hidden_sheets_are_not_read_and_cells_become_text():
    book = Workbook()
    book.active.title = "hidden"
    book.active.append(["secret"])
    book.active.sheet_state = "hidden"
    shown = book.create_sheet("shown")
    shown.append(["email", "number", "day", "yes"])
    shown.append(["ana@x.example", 900001.0, date(2026, 3, 17), True])
    table = read_table(saved(book), "s.xlsx")
    assert table.rows == [(2, ["ana@x.example", "900001", "2026-03-17", "yes"])]


def test_a_formula_counts_with_the_value_it_was_saved_with():
    data = saved(book_of(["email", "country"], ["ana@x.example", '=HYPERLINK("http://evil.example","x")']))
    assert read_table(data, "s.xlsx").rows == [(2, ["ana@x.example", ""])]


def packed(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (packed({"xl/workbook.xml": b" " * 120_000_000}), "bomb.xlsx", "unpack to far more"),
        (packed({"xl/workbook.xml": b" " * 3_000_000}), "ratio.xlsx", "unpack to far more"),
        (packed({f"part{n}.xml": f"{n}".encode() for n in range(1100)}), "parts.xlsx", "more parts"),
        (packed({"xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b"macro"}), "macro.xlsx", "macros"),
        (packed({"hello.txt": b"hello"}), "none.xlsx", "broken or is none"),
        (packed({"xl/workbook.xml": b"<broken"}), "broken.xlsx", "broken or is none"),
        (b"PK\x03\x04 and nothing more", "cut.xlsx", "broken or is none"),
        (saved(book_of(HEADER)), "macros.xlsm", "macros"),
        (b"\xd0\xcf\x11\xe0 old", "old.xls", "This kind of spreadsheet"),
        (saved(book_of([])), "empty.xlsx", "no header"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_workbook_that_is_dangerous_or_none_is_refused(data, name, reason):
    with pytest.raises(ImportRefused, match=reason):
        read_table(data, name)


def test_a_sheet_with_too_many_rows_is_refused(monkeypatch):
    from contacts.imports import tables

    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    with pytest.raises(ImportRefused, match="more than 3 rows"):
        read_table(saved(book_of(HEADER, *[["Ana", "Novak", f"a{n}@x.example", ""] for n in range(5)])), "s.xlsx")


def test_the_reader_has_little_time(monkeypatch):
    from contacts.imports import tables

    monkeypatch.setattr(tables, "SECONDS", 0.001)
    with pytest.raises(ImportRefused, match="takes too long"):
        read_table(saved(book_of(HEADER)), "s.xlsx")
