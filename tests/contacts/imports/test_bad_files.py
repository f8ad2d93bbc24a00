"""Whatever a file holds, it is read or refused with a sentence; nothing else happens."""

import contextlib
import json
from datetime import date

import pytest
from django.core.management import CommandError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.imports.errors import ImportRefused
from contacts.imports.europarl import parse_meps
from contacts.imports.mapping import load_mapping
from contacts.imports.reading import day_in_name, read_bytes
from contacts.imports.records import Pull
from contacts.imports.spreadsheet import parse_sheet
from contacts.models import Contact
from tests.contacts.imports.builders import LIST_DAY, full_list, member, row, run, sheet

# Words that no table knows are looked up among the remembered ones.
pytestmark = pytest.mark.django_db
MANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BOMB = '<!DOCTYPE meps [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><meps><mep><id>&b;</id></mep></meps>'
OUTSIDE = '<!DOCTYPE meps [<!ENTITY x SYSTEM "file:///etc/passwd">]><meps><mep><id>&x;</id></mep></meps>'


def read_xml(data):
    return parse_meps(data, file_name="list.xml", as_of=LIST_DAY)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<meps><mep><id>1</id></mep>", "broken at line 1"),
        (b"<meps><mep></meps></mep>", "broken at line 1"),
        (BOMB.encode(), "document type or entities"),
        (OUTSIDE.encode(), "document type or entities"),
        (b"<meps>" + b"<mep>" * 10_000, "nested more than 8 levels deep"),
        (b"<html><body/></html>", "not <meps>"),
        (b"<meps></meps>", "holds no member"),
        (b"name,country\nAna,IE\n", "neither the Parliament"),
        ("<meps><mep><fullName>Zoë</fullName></mep></meps>".encode("windows-1252"), "not in UTF-8"),
        ('<?xml version="1.0" encoding="windows-1252"?><meps>é</meps>'.encode("windows-1252"), "not in UTF-8"),
        (b"<meps>\0</meps>", "broken at line 1"),
        (b"\xff\xfe<\0m\0", "broken at line 1"),
    ],
)
def test_a_list_that_is_none_is_refused_with_the_reason(data, reason):
    with pytest.raises(ImportRefused, match=reason):
        read_xml(data)


def test_a_declaration_of_another_encoding_does_not_count():
    text = full_list([member(name="Zoë ŞAMPLE")]).decode().replace("UTF-8", "ISO-8859-1")
    assert read_xml(text.encode()).records[0].given_name == "Zoë"


@pytest.mark.django_db
@pytest.mark.parametrize("command", [["import_meps"], ["import_contacts", "--mapping", "generic"]])
def test_a_refused_file_ends_the_command_with_one_sentence_and_changes_nothing(command, tmp_path):
    file = tmp_path / "bad.xml"
    file.write_bytes("<meps><mep><fullName>Zoë".encode("windows-1252"))
    name, *options = command
    for extra in ([], ["--json"]):
        with pytest.raises(CommandError) as refusal:
            run(name, file, *options, "--apply", *extra)
        assert refusal.value.returncode == 1
        assert str(refusal.value).startswith("The file is not in UTF-8")
    assert not Contact.objects.exists()


@pytest.mark.django_db
def test_a_missing_file_a_folder_and_a_wrong_day_are_sentences(tmp_path):
    for file, reason in ((tmp_path / "nothing.xml", "cannot be read"), (tmp_path, "cannot be read|is a folder")):
        with pytest.raises(CommandError, match=reason):
            run("import_meps", file)
    file = tmp_path / "list.xml"
    file.write_bytes(full_list([member()]))
    with pytest.raises(CommandError, match="--as-of takes a day"):
        run("import_meps", file, "--as-of", "yesterday")


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("full-list_en_2026-03-17.reconstructed.xml", date(2026, 3, 17)),
        ("meps_fr_2019-03.xml", date(2019, 3, 1)),
        ("list20240714.csv", date(2024, 7, 14)),
        ("stakeholders.csv", None),
        ("report_2026-13-45.csv", None),
        ("12026-03-171.csv", None),
    ],
)
def test_the_day_in_a_file_name(name, day):
    assert day_in_name(name) == day


@MANY
@given(st.binary(max_size=400))
def test_any_bytes_are_a_list_or_refused(data):
    outcome(read_xml, data)


@MANY
@given(st.text(max_size=300))
def test_any_text_inside_a_list_is_read_or_refused(text):
    outcome(
        read_xml, f"<meps><mep><id>{text}</id><fullName>{text}</fullName><country>{text}".encode("utf-8", "replace")
    )
    escaped = [member(name=text, country=text, group=text, party=text)]
    outcome(read_xml, full_list(escaped).decode("utf-8", "replace").encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from([
            "data", "type", "identifier", "label", "familyName", "hasEmail", "hasGender", "hasMembership", "role",
            "memberDuring", "startDate", "organization", "membershipClassification", "represents",
            "api:country-of-representation", "api:political-group",
        ]),
        inner,
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@MANY
@given(
    st.lists(st.dictionaries(st.sampled_from(["identifier", "label", "hasMembership", "hasEmail"]), JSON), max_size=3)
)
def test_any_json_is_an_answer_or_refused(people):
    outcome(read_xml, json.dumps({"data": [{**person, "type": "Person"} for person in people]}).encode())
    outcome(read_xml, json.dumps(people).encode())


@MANY
@given(st.binary(max_size=400))
def test_any_bytes_are_a_sheet_or_refused(data):
    outcome(read_sheet, data)


@MANY
@given(st.lists(st.lists(st.text(max_size=12), max_size=14), max_size=4))
def test_any_cells_under_a_right_header_are_read_or_refused(rows):
    header = ",".join(row())
    outcome(read_sheet, "\n".join([header, *(",".join(cells) for cells in rows)]).encode("utf-8", "replace"))


@MANY
@given(st.dictionaries(st.sampled_from(sorted(row())), st.text(max_size=20)))
def test_any_values_in_a_right_row_are_read_or_refused(values):
    outcome(read_sheet, sheet([row() | values]).decode("utf-8", "replace").encode())


@MANY
@given(JSON)
def test_any_mapping_is_valid_or_refused(content):
    from contacts.imports.mapping import check_mapping

    with contextlib.suppress(ImportRefused):
        assert check_mapping(content, "mine").columns


def read_sheet(data):
    return parse_sheet(data, file_name="sheet.csv", mapping=load_mapping("parltrack"), as_of=LIST_DAY)


def outcome(read, data):
    """Read it: either records come out or a refusal; any other exception fails the test."""
    try:
        pull = read(data)
    except ImportRefused:
        return
    assert isinstance(pull, Pull)
    assert all(problem.problem and problem.column is not None for problem in pull.problems)


def test_an_empty_file_is_refused(tmp_path):
    file = tmp_path / "empty.xml"
    file.write_bytes(b"\n \n")
    with pytest.raises(ImportRefused, match="empty"):
        read_bytes(file)
