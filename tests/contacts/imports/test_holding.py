"""A pull that lost people, addresses or seats is held for a person and wipes nothing."""

from datetime import date

import pytest

from accounts.models import AuditEvent
from contacts.models import Contact, ImportRun, Mandate
from tests.contacts.imports.builders import (
    full_list,
    import_list,
    import_sheet,
    members,
    row,
    run,
    run_json,
    sheet,
)  # fmt: skip

pytestmark = pytest.mark.django_db

NEXT_MONTH = date(2026, 4, 17)


def test_a_list_that_lost_five_percent_of_its_people_is_held():
    import_list(members(100))
    plan = import_list(members(95), NEXT_MONTH)
    assert plan.counts() == {"new": 0, "changed": 0, "unchanged": 95, "gone": 0, "held": 5}
    assert Mandate.objects.open().count() == 100
    held = ImportRun.objects.get(status="held")
    assert held.hold_reason.startswith("The list lacks 5 of the 100 sitting members")


def test_a_list_that_lost_less_is_applied():
    import_list(members(100))
    assert import_list(members(96), NEXT_MONTH).counts()["gone"] == 4


def test_a_list_that_swapped_many_people_in_the_middle_of_a_term_is_held():
    import_list(members(100))
    assert import_list(members(110)[10:], NEXT_MONTH).counts()["held"] == 20


def test_the_same_held_pull_makes_one_record():
    import_list(members(100))
    import_list(members(50), NEXT_MONTH)
    import_list(members(50), NEXT_MONTH)
    assert ImportRun.objects.filter(status="held").count() == 1


def test_a_held_pull_is_applied_when_a_person_releases_it(tmp_path):
    import_list(members(100))
    file = tmp_path / "list_2026-04-17.xml"
    file.write_bytes(full_list(members(50)))
    assert run_json("import_meps", file)["held"] == 50
    assert not ImportRun.objects.filter(status="held").exists()  # A dry run writes nothing.
    assert run_json("import_meps", file, "--apply")["held"] == 50
    assert "release-held" in run("import_meps", file, "--apply")
    assert run_json("import_meps", file, "--release-held")["gone"] == 50
    assert Mandate.objects.open().count() == 100
    assert run_json("import_meps", file, "--apply", "--release-held")["gone"] == 50
    assert Mandate.objects.open().count() == 50
    assert not ImportRun.objects.filter(status="held").exists()
    assert "released and applied" in AuditEvent.objects.order_by("-id").first().sentence
    assert run_json("import_meps", file, "--apply")["unchanged"] == 50


def test_a_sheet_without_any_address_is_held_though_its_format_carries_them():
    import_sheet([row(number) for number in range(1, 4)])
    plan = import_sheet([row(number, email="", LIBE="M") for number in range(1, 4)], date(2025, 3, 1))
    assert plan.counts()["held"] == 3
    assert "no e-mail address at all" in plan.hold_reason
    assert Contact.objects.exclude(email="").count() == 3


def test_a_sheet_that_lost_some_addresses_is_held():
    import_sheet([row(number) for number in range(1, 41)])
    rows = [row(number, email="" if number <= 2 else row(number)["email"]) for number in range(1, 41)]
    assert "lacks the address of 2 of 40" in import_sheet(rows, date(2025, 3, 1)).hold_reason


def test_a_sheet_that_lost_all_seats_is_held():
    import_sheet([row(number, LIBE="M") for number in range(1, 4)])
    plan = import_sheet([row(number) for number in range(1, 4)], date(2025, 3, 1))
    assert "no committee seat at all" in plan.hold_reason


def test_the_first_list_and_the_xml_that_never_carries_addresses_are_not_held(tmp_path):
    file = tmp_path / "list_2026-03-17.xml"
    file.write_bytes(full_list(members(30)))
    assert run_json("import_meps", file, "--apply")["held"] == 0
    csv = tmp_path / "sheet_2024-10-14.csv"
    csv.write_bytes(sheet([row(number) for number in range(1, 31)]))
    assert run_json("import_contacts", csv, "--mapping", "parltrack", "--join", "--apply")["held"] == 0
