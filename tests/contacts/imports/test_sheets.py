"""Sheets of contacts: mappings, delimiters, encodings, and rows that do not fit."""

import json
from datetime import date

import pytest

from contacts.imports.errors import ImportRefused
from contacts.imports.mapping import check_mapping, load_mapping
from contacts.imports.reading import decode
from contacts.imports.spreadsheet import parse_sheet
from contacts.models import Contact, Mandate, Membership, Post
from tests.contacts.imports.builders import SAMPLES, SHEET_DAY, import_sheet, kinds, of, row, run_json, sheet

pytestmark = pytest.mark.django_db


def parse(data, mapping="parltrack", encoding=""):
    data = data if isinstance(data, bytes) else sheet(data)
    return parse_sheet(data, file_name="sheet.csv", mapping=load_mapping(mapping), as_of=SHEET_DAY, encoding=encoding)


def test_a_parltrack_sheet_gives_people_with_roles_and_delegations():
    answer = run_json("import_contacts", SAMPLES / "parltrack_2024-10-14.csv", "--mapping", "parltrack", "--apply")
    assert answer["new"] == 5
    assert {problem["kind"] for problem in answer["problems"]} == {"outside"}
    seats = Membership.objects.values_list("mandate__ep_id", "body__kind", "body__code", "role")
    assert set(seats.filter(mandate__ep_id=900002)) == {
        (900002, "group", "RENEW", "member"),
        (900002, "committee", "LIBE", "vice_chair"),
        (900002, "committee", "EMPL", "substitute"),
        (900002, "delegation", "D-UA", "member"),
        (900002, "delegation", "DSEE", "member"),
    }
    assert of(3).gender == "X"  # Unknown is normal: letters then take the neutral form.
    assert dict(Mandate.objects.values_list("ep_id", "country")) | {} == {
        900001: "CZ", 900002: "BE", 900003: "IE", 900007: "GR", 900090: "GB",
    }  # fmt: skip
    assert Membership.objects.get(mandate__ep_id=900007, body__kind="group").body.code == "PFE"


def test_a_sheet_of_stakeholders_is_known_by_the_address():
    arguments = ["import_contacts", SAMPLES / "stakeholders.csv", "--mapping", "generic", "--apply"]
    assert run_json(*arguments)["new"] == 3
    jana = Contact.objects.get(email="jana@ministry.example")
    assert (jana.name, jana.country, jana.language) == ("Jana Příkladová", "CZ", "cs")
    assert str(jana.posts.get()) == "Adviser, Ministry of Examples"
    assert set(Contact.objects.get(country="DE").tags.values_list("name", flat=True)) == {"press", "stakeholder"}
    assert Contact.objects.get(country="BE").name == "Agency of Examples"
    assert not Mandate.objects.exists()
    assert run_json(*arguments)["unchanged"] == 3
    assert Post.objects.count() == 3


def test_people_of_one_name_and_two_addresses_are_two_people():
    head = "given name,family name,email\n"
    import_sheet(f"{head}Ana,Novak,a@x.example\nAna,Novak,b@x.example\n".encode(), mapping="generic")
    assert Contact.objects.count() == 2


def test_an_address_twice_in_a_sheet_of_stakeholders():
    head = "given name,family name,email\n"
    plan = import_sheet(f"{head}Ana,Novak,a@x.example\nAna,Novak,A@x.example\n".encode(), mapping="generic")
    assert (plan.problems[0].row, plan.problems[0].kind) == (3, "repeated")
    assert Contact.objects.count() == 1
    plan = import_sheet(f"{head}Bo,Lind,b@x.example\nCy,Rus,b@x.example\n".encode(), mapping="generic")
    assert kinds(plan) == ["shared_address", "shared_address"]
    assert Contact.objects.count() == 1


def test_one_row_a_seat_is_put_together_by_the_number():
    head = "committee,role,start,epid,first_name,last_name,country,eugroup,email\n"
    lines = "LIBE,Chair,2024-07-23,900001,Ana,NOVAK,ie,Renew,ana@office.example\n"
    lines += "EMPL,Substitute,someday,900001,Ana,NOVAK,ie,Renew,ana@office.example\n"
    plan = import_sheet((head + lines).encode(), mapping="parltrack-seats")
    assert plan.counts()["new"] == 1
    assert {"bad_day", "outside"} == set(kinds(plan))
    seats = Membership.objects.filter(body__kind="committee").values_list("body__code", "role", "started_on")
    assert {(code, role, str(day)) for code, role, day in seats} == {
        ("LIBE", "chair", "2024-07-23"), ("EMPL", "substitute", "None"),
    }  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    assert len(parse(sheet([row(1, delegation=""), row(2)], delimiter)).records) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_unicode_is_read_with_and_without_a_mark(encoding):
    data = sheet([row(first_name="Þórr", last_name="ŞOŞOACĂ")]).decode().encode(encoding)
    data = b"\xfe\xff" + data if encoding == "utf-16-be" else data
    assert parse(data).records[0].family_name == "Şoşoacă"


def test_another_encoding_is_refused_unless_it_is_named():
    data = sheet([row(first_name="Zoë", last_name="MÜSTER")]).decode().encode("windows-1252")
    with pytest.raises(ImportRefused, match=r"not in UTF-8 \(line 2\)"):
        parse(data)
    assert parse(data, encoding="windows-1252").records[0].family_name == "Müster"
    with pytest.raises(ImportRefused, match="not an encoding"):
        decode(data, "klingon")


@pytest.mark.parametrize("name", ["M?STER", "M\ufffdSTER", "MÃ¼STER", "SÅ\u0082OWO"])
def test_letters_that_were_lost_are_flagged_and_never_imported(name):
    plan = import_sheet([row(1, last_name=name), row(2)])
    assert kinds(plan)[:2] == ["lost_letters", "outside"]
    assert Contact.objects.count() == 1


def test_cr_only_lines_quoted_newlines_and_empty_rows_are_read():
    data = sheet([row(1), row(2)]).replace(b"\n", b"\r")
    assert len(parse(data).records) == 2
    data = sheet([row(1, party="one\ntwo"), row(2)]).replace(b"given2", b"given2") + b"\n\n"
    pull = parse(data)
    assert [record.row for record in pull.records] == [2, 3]
    assert pull.records[0].national_party == "one two"


def test_ragged_rows_and_nul_bytes_leave_the_row_out_with_its_number():
    lines = sheet([row(1), row(2), row(3), row(4)]).decode().splitlines()
    lines[2] += ",surplus"
    lines[3] = lines[3].replace("Sample", "Sam\0ple")
    lines[4] = lines[4].rsplit(",", 2)[0]
    plan = import_sheet("\n".join(lines).encode())
    told = [(problem.row, problem.kind) for problem in plan.problems if problem.kind != "outside"]
    assert told == [(3, "broken_row"), (4, "broken_row"), (5, "broken_row")]
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"   \n ", "is empty"),
        (sheet([row()]).splitlines()[0], "no row under it"),
        (b"epid,Email,email\n1,a@x.example,b@x.example\n", "the same column twice: email"),
        (b"first_name,last_name\nAna,Novak\n", "no column “epid”"),
        (b'epid,first_name\n1,"An\n', "broken at line"),
        (b"\n\n", "is empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(data, reason, tmp_path):
    from contacts.imports.reading import read_bytes

    file = tmp_path / "sheet.csv"
    file.write_bytes(data)
    with pytest.raises(ImportRefused, match=reason):
        parse(read_bytes(file))


def test_too_many_rows_and_too_many_bytes_are_refused(monkeypatch, tmp_path):
    from contacts.imports import reading, tables

    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    with pytest.raises(ImportRefused, match="more than 3 rows"):
        parse([row(number) for number in range(1, 6)])
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    file = tmp_path / "large.csv"
    file.write_bytes(b"x" * 11)
    with pytest.raises(ImportRefused, match="is not read"):
        reading.read_bytes(file)


def test_an_unknown_committee_is_told_with_row_column_and_the_nearest_one():
    renamed = {("LlBE" if name == "LIBE" else name): value for name, value in row(1, LIBE="M").items()}
    pull = parse([renamed])
    problem = pull.problems[0]
    assert (problem.row, problem.column) == (2, "LlBE")
    assert problem.problem == "“LlBE” is not a committee we know. Did you mean LIBE?"
    assert str(problem).startswith("Row 2, column LlBE: ")


def test_an_unknown_committee_in_a_cell_is_told_and_the_rest_of_the_row_is_taken():
    data = b"epid,name,country,group,email,committee,role\n900001,Ana NOVAK,IE,EPP,a@x.example,LlBE,chair\n"
    plan = import_sheet(data, mapping="generic")
    assert (plan.problems[0].row, plan.problems[0].column) == (2, "committee")
    assert "Did you mean LIBE?" in plan.problems[0].problem
    assert of(1).email == "a@x.example"


def test_wrong_optional_fields_are_left_out_and_told_and_wrong_keys_leave_the_row_out():
    bad = row(1, gender="purple", eugroup="Reneww", LIBE="X")
    plan = import_sheet([bad, row(2, epid="nine"), row(3, country="Atlantis")])
    told = [(p.row, p.column) for p in plan.problems if p.kind != "outside"]
    assert set(told) == {(2, "gender"), (2, "eugroup"), (2, "LIBE"), (3, "epid"), (4, "country")}
    assert list(Contact.objects.values_list("email", flat=True)) == ["given1@europarl.europa.eu.example"]


def test_a_sheet_in_which_no_row_can_be_used_is_refused():
    with pytest.raises(ImportRefused, match="No row of the file can be used"):
        import_sheet([row(1, epid="x"), row(2, epid="-1")])


def test_control_and_direction_marks_leave_names_and_long_ones_are_cut():
    import_sheet([row(1, first_name="A\u202ena\u0007", last_name="X" * 500, party="<b>=cmd")])
    assert of(1).given_name == "Ana"
    assert len(of(1).family_name) == 200


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([], "must be an object"),
        ({"columns": {}}, "“columns” must be an object"),
        ({"columns": {"shoe": "Shoe"}}, "“shoe” is not a field"),
        ({"columns": {"email": 3}}, "must be a text or a list of texts"),
        ({"columns": {"family_name": "Name"}}, "needs ep_id or email"),
        ({"columns": {"email": "Mail"}, "required": ["gender"]}, "names “gender”"),
        ({"columns": {"email": "Mail"}, "lists": [{"column": "x"}]}, "each of “lists”"),
        ({"columns": {"email": "Mail"}, "lists": 7}, "each of “lists”"),
        ({"columns": {"email": "Mail"}, "colour": "red"}, "unknown part “colour”"),
        ({"columns": {"email": "Mail"}, "complete_seats": "yes"}, "true or false"),
        ({"columns": {"email": "Mail"}, "office_domain": 1}, "must be a text"),
    ],
)
def test_a_mapping_that_does_not_follow_the_format_is_refused(content, reason):
    with pytest.raises(ImportRefused, match=reason):
        check_mapping(content, "mine")


def test_a_mapping_of_one_s_own_is_read_from_a_file(tmp_path):
    mapping = tmp_path / "mine.json"
    mapping.write_text(json.dumps({"columns": {"email": "Adresse", "full_name": "Nom"}, "tags": ["press"]}))
    file = tmp_path / "presse.csv"
    file.write_text("Nom;Adresse\nZoé Exemple;zoe@presse.example\n")
    assert run_json("import_contacts", file, "--mapping", mapping, "--apply")["new"] == 1
    assert Contact.objects.get().tags.get().name == "press"
    with pytest.raises(ImportRefused, match="no mapping called “nothing”"):
        load_mapping("nothing")
    mapping.write_text("{")
    with pytest.raises(ImportRefused, match="not readable JSON"):
        load_mapping(str(mapping))


@pytest.mark.parametrize("name", ["parltrack", "parltrack-seats", "generic"])
def test_every_mapping_we_ship_is_valid(name):
    assert load_mapping(name).columns


def test_a_sheet_that_knows_a_member_by_the_address_changes_neither_name_nor_country():
    import_sheet([row(1, email="ana@office.example")])
    data = b"name,email,country,tags\nSomebody Else,ana@office.example,France,event\n"
    plan = import_sheet(data, mapping="generic", on=date(2026, 1, 1))
    assert "other_name" in kinds(plan)
    assert (of(1).country, of(1).family_name) == ("IE", "Familyb")
    assert of(1).tags.get().name == "event"
