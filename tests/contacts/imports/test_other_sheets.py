"""National parliaments and organisations by spreadsheet, and words that are asked about once."""

import json
from datetime import date

import pytest

from accounts.models import AuditEvent
from contacts.imports import vocabulary
from contacts.imports.errors import UnknownWord
from contacts.imports.europarl import parse_meps
from contacts.imports.running import apply, dry_run
from contacts.models import Body, Contact, ImportRun, Organisation, Post, RememberedName
from tests.contacts.imports.builders import (
    LIST_DAY,
    full_list,
    import_sheet,
    kinds,
    member,
    run,
    run_json,
    sheet,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def national(name="Ana NOVAK", email="ana@parliament.example", parliament="Sample Chamber", **facts):
    return {
        "name": name, "email": email, "country": "CZ", "parliament": parliament, "role": "Member",
        "since": "2025-10-04",
    } | facts  # fmt: skip


def test_a_member_of_a_national_parliament_has_a_post_at_it_and_the_parliament_is_a_body():
    plan = import_sheet([national(), national("Bo LIND", "bo@parliament.example")], mapping="national-parliament")
    assert plan.counts()["new"] == 2
    post = Post.objects.get(contact__email="ana@parliament.example")
    assert (post.organisation.name, post.title, post.started_on) == ("Sample Chamber", "Member", date(2025, 10, 4))
    assert (post.organisation.kind, post.organisation.country) == ("institution", "CZ")
    body = Body.objects.get(kind="national_parliament")
    assert (body.name, body.code) == ("Sample Chamber", "SAMPLE-CHAMBER")
    assert not Contact.objects.meps().exists()
    again = import_sheet([national(), national("Bo LIND", "bo@parliament.example")], mapping="national-parliament")
    assert again.counts()["unchanged"] == 2


def test_a_parliament_is_known_by_its_code_and_aliases():
    Body.objects.create(kind="national_parliament", code="SCH", name="Sample Chamber", aliases=["Vzorová komora"])
    import_sheet([national(parliament="Vzorová komora"), national(email="b@parliament.example", parliament="sch")],
                 mapping="national-parliament")  # fmt: skip
    assert set(Post.objects.values_list("organisation__name", flat=True)) == {"Sample Chamber"}
    assert Body.objects.filter(kind="national_parliament").count() == 1


def test_a_word_nobody_knows_is_asked_about_once_and_remembered(officer):
    data = full_list([member(1, group="Skupina Vzor"), member(2, group="Skupina Vzor"), member(3, country="Irsko!")])

    def read():
        return parse_meps(data, file_name="list.xml", as_of=LIST_DAY)

    first, second = vocabulary.unknown_labels(read())
    assert (first.kind, first.label, first.count, first.row) == ("group", "Skupina Vzor", 2, 1)
    assert (second.kind, second.label, second.count) == ("country", "Irsko!", 1)
    assert vocabulary.choices("group")["RENEW"] == "Renew Europe Group"
    vocabulary.remember("group", "Skupina Vzor", "RENEW", officer)
    vocabulary.remember("country", "Irsko!", "IE", officer)
    pull = read()
    assert (vocabulary.unknown_labels(pull), pull.problems) == ([], [])
    assert {record.group for record in pull.records} == {"RENEW"}
    assert apply(pull).counts()["new"] == 3
    assert RememberedName.objects.get(kind="group").by == officer
    assert AuditEvent.objects.filter(sentence="said what a group means for imports").count() == 1


def test_the_nearest_known_word_is_suggested_by_its_code():
    pull = parse_meps(full_list([member(1, country="Irelnad")]), file_name="list.xml", as_of=LIST_DAY)
    assert vocabulary.unknown_labels(pull)[0].suggestion == "IE"


def test_an_answer_that_is_no_code_is_refused(officer):
    for kind, code in (("group", "XXX"), ("weather", "rain"), ("party", " ")):
        with pytest.raises(UnknownWord, match="none of the answers"):
            vocabulary.remember(kind, "Word", code, officer)


def test_a_party_s_name_in_another_language_can_be_remembered(officer):
    vocabulary.remember("party", "Indépendant", "Independent", officer)
    pull = parse_meps(full_list([member(1, party="Indépendant")]), file_name="list.xml", as_of=LIST_DAY)
    assert pull.records[0].national_party == "Independent"


def test_a_look_alike_address_waits_until_somebody_confirms_it(officer):
    rows = [{"email": "ana@аррӏе.com", "name": "Ana NOVAK"}, {"email": "bo@münchen.example", "name": "Bo LIND"}]
    plan = import_sheet(rows, mapping="generic")
    assert list(Contact.objects.values_list("email", flat=True)) == ["bo@münchen.example"]
    question = vocabulary.unknown_labels(plan.pull)[0]
    assert (question.kind, question.label) == ("address", "ana@аррӏе.com")
    vocabulary.remember("address", question.label, "confirmed", officer)
    kept = RememberedName.objects.get()
    assert (kept.label, "а" in kept.key) == ("", False)  # The address itself is not kept.
    assert import_sheet(rows, mapping="generic").counts()["new"] == 1


def organisation(name="Sample House", **facts):
    return {
        "name": name, "kind": "NGO", "country": "Belgium", "register number": "153882995425-37", "membership": "member",
        "founder": "yes", "since": "2001-01-01", "until": "", "street": "1 Hidden Street", "phone": "+32 2 000",
        "email": "house@sample.example", "secret": "",
    } | facts  # fmt: skip


def organisations_file(tmp_path, *rows):
    file = tmp_path / "organisations.csv"
    file.write_bytes(sheet(list(rows)))
    return file


def test_organisations_come_with_their_membership_and_its_dates(tmp_path):
    file = organisations_file(tmp_path, organisation(), organisation("Old House", until="2010-12-31"))
    assert run_json("import_organisations", file)["new"] == 2
    assert not Organisation.objects.filter(name="Sample House").exists()
    assert run_json("import_organisations", file, "--apply") == {"new": 2, "changed": 0, "unchanged": 0, "problems": []}
    house = Organisation.objects.get(name="Sample House")
    assert (house.country, house.kind, house.transparency_register_id) == ("BE", "ngo", "153882995425-37")
    assert house.memberships.get().is_founder
    belonging = Organisation.objects.belonging_on(date(2009, 1, 1), "member").count()
    assert (belonging, Organisation.objects.belonging_on(date(2026, 1, 1), "member").count()) == (2, 1)
    assert run_json("import_organisations", file, "--apply")["unchanged"] == 2
    assert ImportRun.objects.get(source="sheet-organisations").counts["new"] == 2


def test_a_sheet_that_lacks_a_fact_wipes_none_and_a_secret_stays_one(tmp_path):
    run("import_organisations", organisations_file(tmp_path, organisation(secret="yes")), "--apply")
    bare = dict.fromkeys(organisation(), "") | {"name": "sample house", "secret": "no"}
    assert run_json("import_organisations", organisations_file(tmp_path, bare), "--apply")["unchanged"] == 1
    house = Organisation.objects.get(name="Sample House")
    assert (house.postal_address, house.is_confidential) == ("1 Hidden Street", True)


def test_a_secret_street_is_in_no_answer_no_record_and_no_trail(tmp_path):
    file = organisations_file(
        tmp_path,
        organisation(secret="yes", street="9 Canary Street", phone="+32 9 canary", email="canary at secret", since="x"),
    )
    out = run("import_organisations", file) + run("import_organisations", file, "--apply")
    out += json.dumps(run_json("import_organisations", file, "--apply"))
    out += str(list(ImportRun.objects.values())) + str(list(AuditEvent.objects.values()))
    assert Organisation.objects.get(name="Sample House").postal_address == "9 Canary Street"
    assert "anary" not in out
    assert "not an address one can write to" in out


def test_what_cannot_be_read_in_a_row_of_organisations_is_told_with_its_row(tmp_path):
    file = organisations_file(
        tmp_path,
        organisation(**{"kind": "platform", "register number": "12", "country": "Atlantis", "since": "soon"}),
        organisation("", secret="maybe"),
        organisation("SAMPLE HOUSE"),
    )
    problems = run_json("import_organisations", file)["problems"]
    assert [(problem["row"], problem["column"]) for problem in problems] == [
        (2, "kind"), (2, "country"), (2, "transparency_register_id"), (2, "started_on"), (3, "is_confidential"),
        (3, "name"), (4, "name"),
    ]  # fmt: skip


def test_a_dry_run_asks_about_addresses_too():
    from contacts.imports.mapping import load_mapping
    from contacts.imports.spreadsheet import parse_sheet

    data = sheet([{"email": "ana@gооgle.example", "name": "Ana NOVAK"}])
    pull = parse_sheet(data, file_name="s.csv", mapping=load_mapping("generic"), as_of=LIST_DAY)
    assert kinds(dry_run(pull)) == ["unknown_word"]
    assert len(vocabulary.unknown_labels(pull)) == 1
