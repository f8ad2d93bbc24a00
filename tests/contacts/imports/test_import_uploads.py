"""Giving a file on pages: upload or paste, encodings, sheets of a workbook, columns, and rows that fail."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from contacts.imports.uploading import throw_away_old
from contacts.models import Contact, ImportFile, ImportRun, RememberedMapping
from tests.contacts.imports.builders import sheet
from tests.contacts.imports.hands import HEADER, check, fields, give, people, press_apply

pytestmark = pytest.mark.django_db


def test_the_bytes_are_kept_only_until_the_import_is_applied_or_given_up(desk):
    run = give(desk, people(1))
    assert bytes(run.file.data).startswith(b"Name")
    press_apply(desk, run, check(desk, run))
    assert not ImportFile.objects.exists()
    other = give(desk, people(1))
    desk.post(reverse("contacts:import_discard", args=[other.reference]))
    other.refresh_from_db()
    assert other.status == "discarded"
    assert not ImportFile.objects.exists()


def test_an_upload_nobody_finished_is_thrown_away_after_seven_days(desk):
    old, young = give(desk, people(1)), give(desk, people(2))
    ImportFile.objects.filter(run=old).update(at=timezone.now() - timedelta(days=8))
    throw_away_old()
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.status, young.status) == ("discarded", "uploaded")
    assert list(ImportFile.objects.values_list("run", flat=True)) == [young.pk]


def test_cells_can_be_pasted(desk):
    text = "Name\tE-mail\tCountry\nAna Nova\tana@press.example\tIreland\n"
    desk.post(reverse("contacts:import_upload"), {"text": text})
    run = ImportRun.objects.get()
    press_apply(desk, run, check(desk, run))
    assert Contact.objects.get().name == "Ana Nova"


def test_nothing_given_and_too_large_a_file_are_refused_with_a_sentence(desk, monkeypatch):
    url = reverse("contacts:import_upload")
    assert desk.post(url, {}).status_code == 422
    monkeypatch.setattr("contacts.forms.imports.MAX_BYTES", 10)
    response = desk.post(url, {"file": SimpleUploadedFile("big.csv", b"x" * 11)})
    assert response.status_code == 422
    assert "larger than 20 MB" in response.content.decode()
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04broken", b"\x00\x00\x00", b"a,a\n1,2", b"only a header", b"{", b"<x>", b"[1]"]
)
def test_a_file_that_cannot_be_read_gives_a_sentence_and_changes_nothing(desk, data):
    response = desk.post(reverse("contacts:import_upload"), {"file": SimpleUploadedFile("x.csv", data)}, follow=True)
    assert response.status_code in (200, 422)
    assert not Contact.objects.exists()


def test_letters_that_are_not_unicode_are_never_guessed_in_silence(desk):
    data = "Name;E-mail\nZoë Müller;zoe@press.example\n".encode("windows-1252")
    run = give(desk, data)
    url = reverse("contacts:import_encoding", args=[run.reference])
    assert desk.get(reverse("contacts:import_map", args=[run.reference])).url == url
    page = desk.get(url).content.decode()
    assert "Zoë Müller" in page
    assert "Zo� M" not in page
    assert desk.post(url, {}).status_code == 422
    desk.post(url, {"encoding": "windows-1252"})
    run.refresh_from_db()
    press_apply(desk, run, check(desk, run))
    assert Contact.objects.get().name == "Zoë Müller"


def test_another_sheet_of_a_workbook_can_be_chosen(desk):
    book = Workbook()
    book.active.title = "Cover"
    book.active.append(["Notes", "More"])
    book.active.append(["nothing", "here"])
    other = book.create_sheet("Members")
    other.append(HEADER)
    other.append(["Ana Nova", "ana@press.example", "Ireland", "Paper"])
    out = io.BytesIO()
    book.save(out)
    run = give(desk, out.getvalue(), "book.xlsx")
    page = desk.get(reverse("contacts:import_map", args=[run.reference])).content.decode()
    assert "Members" in page
    desk.post(reverse("contacts:import_sheet", args=[run.reference]), {"sheet": "Members"})
    run.refresh_from_db()
    press_apply(desk, run, check(desk, run))
    assert Contact.objects.get().email == "ana@press.example"


def test_columns_are_guessed_by_header_and_by_values_and_remembered(desk):
    rows = [{"Who": "x", "Kontakt": "ana@press.example", "Land": "Ireland", "Nachname": "Nova", "Zzz": "1"}]
    run = give(desk, rows)
    url = reverse("contacts:import_map", args=[run.reference])
    page = desk.get(url)
    found = {column.header: column.field for column, _field in page.context["form"].rows()}
    assert found == {"Who": "", "Kontakt": "email", "Land": "country", "Nachname": "family_name", "Zzz": ""}
    assert "ana@press.example" in page.content.decode()
    chosen = fields(page) | {"column-0": "given_name"}
    desk.post(url, chosen)
    assert RememberedMapping.objects.get().columns["Who"] == "given_name"
    again = desk.get(reverse("contacts:import_map", args=[give(desk, rows).reference]))
    assert fields(again) == chosen
    assert "4 of 5, as last time." in again.content.decode()


def test_a_mapping_that_cannot_work_is_refused_at_the_form(desk):
    run = give(desk, people(1))
    url = reverse("contacts:import_map", args=[run.reference])
    response = desk.post(url, {"column-0": "full_name", "column-1": "full_name"})
    assert response.status_code == 422
    assert "Two columns are" in response.content.decode()
    assert "Say which column holds the e-mail address" in desk.post(url, {"column-0": "full_name"}).content.decode()


def test_rows_that_fail_can_be_downloaded_repaired_and_uploaded_on_the_same_page(desk):
    rows = people(2) + people(1, start=2, **{"E-mail": "p2@press,example", "Name": "=HYPERLINK(1) X"})
    run = give(desk, rows)
    page = check(desk, run)
    assert page.context["counts"]["errors"] >= 1
    answer = desk.get(reverse("contacts:import_rows", args=[run.reference, "csv"]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text)))
    assert found[0][:4] == HEADER
    assert len(found) == 2
    assert found[1][0].startswith("'=")
    assert "p2@press,example" in found[1][1]
    workbook = desk.get(reverse("contacts:import_rows", args=[run.reference, "xlsx"]))
    assert workbook.status_code == 200
    desk.post(
        reverse("contacts:import_file", args=[run.reference]),
        {"file": SimpleUploadedFile("repaired.csv", sheet(people(3)))},
    )
    page = desk.get(reverse("contacts:import_check", args=[run.reference]))
    assert (page.context["counts"]["new"], page.context["counts"]["errors"]) == (3, 0)
