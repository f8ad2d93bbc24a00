"""Lists of people as files: the same rows as CSV and XLSX, no formula, no secret address, an audit line."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditEvent
from contacts import exporting
from contacts.exporting import COLUMNS, person_rows
from contacts.models import Contact, Organisation, Segment
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


@pytest.fixture
def files(client, officer):
    """Both files of an address, as lists of rows with the header."""
    client.force_login(officer)

    def read(name="person_export", *args):
        found = []
        for fmt in ["csv", "xlsx"]:
            response = client.get(reverse(f"contacts:{name}", args=[*args, fmt]))
            content = b"".join(response.streaming_content)
            if fmt == "csv":
                found.append(list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))))
            else:
                sheet = load_workbook(io.BytesIO(content)).active
                found.append([[cell.value or "" for cell in row] for row in sheet.iter_rows()])
        return found

    return read


def test_both_files_hold_the_same_rows(files, parliament):
    person = parliament.mep("Brennan", given_name="Aoife", group="SD", seats=[("LIBE", "chair")], phone="0032 2 1")
    Contact.objects.filter(pk=person.pk).update(postal_address="1 Long Street\nBrussels", email="ab@parliament.example")
    as_csv, as_xlsx = files()
    assert as_csv == as_xlsx
    assert as_csv[0] == list(COLUMNS)
    row = dict(zip(*as_csv, strict=True))
    assert (row["family_name"], row["email"], row["seats"]) == ("Brennan", "ab@parliament.example", "LIBE:chair")
    assert (row["phone"], row["postal_address"]) == ("0032 2 1", "1 Long Street\nBrussels")


@pytest.mark.parametrize("words", FORMULAS)
def test_no_cell_of_either_file_is_a_formula(client, officer, words):
    client.force_login(officer)
    Contact.objects.bulk_create([Contact(family_name=words, postal_address=words, phone=words)])
    content = b"".join(client.get(reverse("contacts:person_export", args=["xlsx"])).streaming_content)
    for row in load_workbook(io.BytesIO(content)).active.iter_rows():
        for cell in row:
            assert cell.data_type in ("s", "inlineStr", "n")
            assert not str(cell.value or "").startswith(tuple("=+-@\t\r"))
    content = b"".join(client.get(reverse("contacts:person_export", args=["csv"])).streaming_content).decode()
    for row in csv.reader(io.StringIO(content, newline="")):
        assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in row)


def test_what_a_workbook_cannot_hold_breaks_nothing(files):
    ContactFactory(family_name="#N/A", given_name="a\x0bb", postal_address="x" * 40_000)
    _csv, (_header, row) = files()
    assert row[0] == "ab"
    assert row[1] == "#N/A"
    assert len(row[4]) == 32_767


def test_a_segment_is_a_file_too(files, parliament):
    parliament.mep("Brennan", seats=[("LIBE", "chair")])
    parliament.mep("Other")
    segment = Segment.objects.create(name="LIBE", criteria={"seat": {"committee": ["LIBE"]}})
    for rows in files("segment_export", segment.pk):
        assert [row[1] for row in rows[1:]] == ["Brennan"]
    assert [event.sentence for event in AuditEvent.objects.all()] == ["downloaded a list of 1 contacts"] * 2


def test_there_is_no_third_kind_of_file(client, officer):
    client.force_login(officer)
    assert client.get(reverse("contacts:person_export", args=["ods"])).status_code == 404
    assert not AuditEvent.objects.exists()


def test_a_secret_persons_addresses_are_left_out(files):
    ContactFactory(
        family_name="Worker",
        email="w@house.example",
        phone="+353 1 555 0199",
        postal_address="1 Secret Street",
        is_confidential=True,
    )
    Organisation.objects.create(name="Harbour House", is_confidential=True, email="Shelter@house.example")
    ContactFactory(family_name="Same", email="shelter@HOUSE.example")
    for rows in files():
        assert {row[1] for row in rows[1:]} == {"Worker", "Same"}
        text = str(rows).casefold()
        assert "house.example" not in text
        assert "555 0199" not in text
        assert "secret street" not in text


def test_the_number_of_queries_goes_by_rounds_and_not_by_people(parliament, monkeypatch, django_assert_num_queries):
    parliament.crowd(60)
    monkeypatch.setattr(exporting, "CHUNK", 20)
    with django_assert_num_queries(1 + 3 * 4):
        assert len(list(person_rows(Contact.objects.all()))) == 60
