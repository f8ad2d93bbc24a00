"""The command that adds people with proof of consent: a dry run first, then the same as on the page."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from contacts.models import Contact, ImportFile, ImportRun

pytestmark = pytest.mark.django_db
ROWS = "E-mail;Name;Agreed on;Proof\nana@reader.example;Ana Ferreira;2026-03-01;Folder 12\nb@reader.example;B;;\n"


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "readers.csv"
    path.write_text(ROWS)
    return path


def run(*arguments):
    out = StringIO()
    call_command("import_subscribers", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_a_dry_run_tells_and_leaves_nothing(sheet, letter, officer):
    told = run(sheet, "--list", "letter", "--by", officer.email)
    assert "new 1, known 0, on the list already 0, not taken in 1" in told
    assert "row 3 Agreed on: There is no day of consent." in told
    assert not Contact.objects.filter(email="ana@reader.example").exists()
    assert not ImportRun.objects.exists()
    assert not ImportFile.objects.exists()


def test_with_apply_they_are_on_the_list_and_it_can_be_taken_back(sheet, letter, officer):
    told = json.loads(run(sheet, "--list", "Letter", "--by", officer.email, "--apply", "--json"))
    assert (told["new"], told["errors"]) == (1, 1)
    assert letter.subscriptions.get().status == "active"
    made = ImportRun.objects.get()
    assert made.reference == told["reference"]
    assert made.by == officer
    assert made.can_be_taken_back


def test_an_unknown_list_names_those_there_are(sheet, letter, officer):
    with pytest.raises(CommandError, match="There are: Letter"):
        run(sheet, "--list", "nothing", "--by", officer.email)


def test_somebody_who_may_change_contacts_answers_for_it(sheet, letter, viewer):
    with pytest.raises(CommandError, match="names nobody who may change contacts"):
        run(sheet, "--list", "letter", "--by", viewer.email)


def test_a_sheet_without_proof_is_refused(tmp_path, letter, officer):
    path = tmp_path / "bare.csv"
    path.write_text("E-mail\nana@reader.example\n")
    with pytest.raises(CommandError, match="without address, day and proof"):
        run(path, "--list", "letter", "--by", officer.email, "--apply")
    assert not ImportRun.objects.exists()
