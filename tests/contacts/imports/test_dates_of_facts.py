"""A file speaks for a day: an older one fills gaps and changes nothing; what a person corrected stays."""

from datetime import date

import pytest

from contacts.models import Contact, Membership, PersonCorrection
from tests.contacts.imports.builders import (
    LIST_DAY,
    SAMPLES,
    SHEET_DAY,
    import_list,
    import_sheet,
    kinds,
    member,
    members,
    of,
    row,
    run_json,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def open_seats(number, kind="committee"):
    seats = Membership.objects.filter(mandate__ep_id=900000 + number, body__kind=kind, ended_on=None)
    return set(seats.values_list("body__code", "role"))


def test_an_older_sheet_fills_email_gender_and_committees_and_changes_nothing_else():
    import_list([member(group="Non-attached Members", party="Today")])
    plan = import_sheet([row(eugroup="EPP", party="Yesterday", last_name="OLDER", LIBE="C")], join=True)
    assert plan.counts()["changed"] == 1
    contact = of(1)
    assert (contact.email, contact.gender, contact.family_name) == (
        "given1@europarl.europa.eu.example",
        "F",
        "Novaková",
    )
    assert open_seats(1) == {("LIBE", "chair")}
    assert open_seats(1, "group") == {("NI", "member")}
    assert contact.mandates.get().national_party == "Today"
    assert import_list([member(group="Non-attached Members", party="Today")]).counts()["unchanged"] == 1


def test_an_older_sheet_does_not_touch_what_a_newer_one_said():
    import_sheet([row(LIBE="M")], date(2025, 3, 1))
    plan = import_sheet([row(LIBE="S", EMPL="M", email="older@europarl.europa.eu.example", gender="M")])
    assert plan.counts()["unchanged"] == 1
    assert of(1).email == "given1@europarl.europa.eu.example"
    assert open_seats(1) == {("LIBE", "member")}


def test_a_newer_sheet_closes_and_opens_seats_with_its_date():
    import_sheet([row(LIBE="M", EMPL="S")])
    import_sheet([row(LIBE="V", EMPL="S")], date(2025, 3, 1))
    assert open_seats(1) == {("LIBE", "vice_chair"), ("EMPL", "substitute")}
    closed = Membership.objects.get(role="member", body__code="LIBE")
    assert closed.ended_on == date(2025, 3, 1)
    assert Membership.objects.get(role="vice_chair").started_on == date(2025, 3, 1)


def test_a_seat_in_a_committee_that_has_no_column_is_left_alone():
    import_sheet([row(LIBE="M", EMPL="S")])
    without = {name: value for name, value in row(LIBE="M").items() if name != "EMPL"}
    import_sheet([without], date(2025, 3, 1))
    assert open_seats(1) == {("LIBE", "member"), ("EMPL", "substitute")}


def test_a_coordinator_was_entered_by_hand_and_no_sheet_takes_the_role_away():
    import_sheet([row(LIBE="M")])
    seat = Membership.objects.get(body__code="LIBE")
    Membership.objects.create(mandate=seat.mandate, body=seat.body, role="coordinator")
    import_sheet([row(LIBE="M")], date(2025, 3, 1))
    assert ("LIBE", "coordinator") in open_seats(1)


def test_a_field_that_a_person_corrected_survives_every_import(officer):
    import_list([member(name="Ana DE BEER")])
    contact = of(1)
    for field, value in (("family_name", "de Beer"), ("email", "ana@platform.example")):
        setattr(contact, field, value)
        PersonCorrection.objects.create(contact=contact, field=field, value=value, by=officer)
    contact.save()
    import_sheet([row(last_name="DE BEERE", first_name="Anna")], date(2026, 5, 1))
    import_list([member(name="Anna DE BEERE")], date(2026, 6, 1))
    assert (of(1).family_name, of(1).email, of(1).given_name) == ("de Beer", "ana@platform.example", "Anna")


def test_a_source_that_lacks_an_address_wipes_none():
    rows = [row(number) for number in range(1, 31)]
    import_sheet(rows)
    import_sheet([row(1, email=""), *rows[1:]], date(2025, 3, 1))
    assert of(1).email == "given1@europarl.europa.eu.example"


def test_an_older_list_closes_nothing_and_knows_those_it_adds_as_gone():
    import_list(members(3))
    plan = import_list([member(4, name="Zoe FORMER")], date(2025, 1, 1))
    assert plan.counts() == {"new": 1, "changed": 0, "unchanged": 0, "gone": 0, "held": 0}
    assert of(4).mandates.get().ended_on == LIST_DAY
    assert of(4).mandates.get().memberships.get().ended_on == LIST_DAY
    assert Contact.objects.meps().count() == 3


def test_a_sheet_and_a_list_come_to_the_same_end_in_either_order():
    sheet_file, list_file = SAMPLES / "parltrack_2024-10-14.csv", SAMPLES / "full-list_en_2026-03-17.xml"

    def state():
        seats = Membership.objects.order_by("mandate__ep_id", "body__code", "role")
        people = Contact.objects.order_by("mandates__ep_id").values_list("family_name", "email", "mandates__ended_on")
        return list(people), list(seats.values_list("mandate__ep_id", "body__code", "role", "ended_on"))

    run_json("import_meps", list_file, "--apply")
    run_json("import_contacts", sheet_file, "--mapping", "parltrack", "--apply")
    one = state()
    Contact.objects.all().delete()
    from contacts.models import ImportRun

    ImportRun.objects.all().delete()
    run_json("import_contacts", sheet_file, "--mapping", "parltrack", "--apply")
    run_json("import_meps", list_file, "--apply", "--release-held")
    other = state()
    assert one[0] == other[0]
    # A group that changed in between leaves its trace only where it was seen.
    assert [seat for seat in one[1] if seat[3] is None] == [seat for seat in other[1] if seat[3] is None]


def test_joining_lists_the_unknown_and_those_without_data():
    run_json("import_meps", SAMPLES / "full-list_en_2026-03-17.xml", "--apply")
    file = SAMPLES / "parltrack_2024-10-14.csv"
    for applied in ([], ["--apply"]):
        answer = run_json("import_contacts", file, "--mapping", "parltrack", "--join", *applied)
        assert (answer["changed"], answer["new"], answer["gone"]) == (4, 0, 0)
        told = [problem["kind"] for problem in answer["problems"] if problem["kind"] != "outside"]
        assert told == ["unknown_id"] + ["no_data"] * 4
    unknown = next(problem for problem in answer["problems"] if problem["kind"] == "unknown_id")
    assert (unknown["row"], unknown["column"], unknown["value"]) == (6, "epid", "900090")
    again = run_json("import_contacts", file, "--mapping", "parltrack", "--join", "--apply")
    assert (again["changed"], again["unchanged"]) == (0, 4)


def test_the_day_comes_from_the_name_or_from_the_option():
    file = SAMPLES / "parltrack_2024-10-14.csv"
    run_json("import_contacts", file, "--mapping", "parltrack", "--apply")
    assert Contact.objects.first().facts_as_of["email"] == SHEET_DAY.isoformat()
    run_json("import_contacts", file, "--mapping", "parltrack", "--apply", "--as-of", "2025-02-03")
    assert Contact.objects.first().facts_as_of["email"] == "2025-02-03"


def test_joining_a_sheet_tells_an_address_outside_the_parliament_and_takes_it_over():
    plan = import_sheet([row()])
    assert kinds(plan) == ["outside"]
    assert of(1).email == "given1@europarl.europa.eu.example"
