"""Addresses: never guessed, never two people's, never brought back after an erasure."""

from datetime import date

import pytest
from django.utils import timezone

from contacts.addresses import email_digest, email_key
from contacts.models import Contact, Suppression
from tests.contacts.imports.builders import import_list, import_sheet, kinds, member, of, row

pytestmark = pytest.mark.django_db

LATER = date(2025, 3, 1)


def told(plan, *but):
    return [problem for problem in plan.problems if problem.kind not in {"outside", *but}]


def test_an_address_is_taken_as_it_stands_and_never_made_from_the_name():
    import_sheet([row(first_name="Ana", last_name="NOVAK", email="office17@europarl.europa.eu")])
    assert of(1).email == "office17@europarl.europa.eu"
    import_list([member(1), member(2, name="Ben OTHER")])
    assert of(2).email == ""


def test_one_address_for_two_people_goes_to_neither_and_names_both_rows():
    plan = import_sheet([row(1, email="shared@office.example"), row(2, email="Shared@office.example")])
    first, second = told(plan)
    assert (first.row, first.column, second.row) == (2, "email", 3)
    assert "row 3" in first.problem
    assert "row 2" in second.problem
    assert Contact.objects.filter(email="").count() == 2


def test_one_address_for_two_people_stays_with_whom_it_is_stored():
    import_sheet([row(1, email="ana@office.example"), row(2)])
    plan = import_sheet([row(1, email="ana@office.example"), row(2, email="ana@office.example")], LATER)
    assert [problem.row for problem in told(plan)] == [3]
    assert of(1).email == "ana@office.example"
    assert of(2).email == "given2@europarl.europa.eu.example"


def test_the_address_of_a_contact_who_is_not_in_the_file_is_refused():
    import_sheet([row(1, email="ana@office.example")])
    plan = import_sheet([row(2, email="ana@office.example")], LATER)
    assert "belongs to another contact" in told(plan)[0].problem
    assert of(2).email == ""


def test_two_people_may_swap_their_addresses():
    import_sheet([row(1, email="a@office.example"), row(2, email="b@office.example")])
    import_sheet([row(1, email="b@office.example"), row(2, email="a@office.example")], LATER)
    assert (of(1).email, of(2).email) == ("b@office.example", "a@office.example")
    assert of(1).email_key == "b@office.example"


@pytest.mark.parametrize(
    "cell",
    ["a@x.example, b@x.example", "a@x.example b@x.example", "a@x.example;b@x.example", "a@x.example|b@x.example"],
)
def test_a_cell_with_several_addresses_gives_none(cell):
    plan = import_sheet([row(1, email=cell), row(2)])
    assert [problem.kind for problem in told(plan)] == ["bad_address"]
    assert of(1).email == ""


@pytest.mark.parametrize(
    "cell", ["a@b", "a@localhost", "nobody", "a@[127.0.0.1]", '"a b"@x.example', "a@x.example.", "a\u200b@x.example"]
)
def test_what_is_no_address_is_left_out_with_its_reason_and_the_rest_of_the_row_is_taken(cell):
    plan = import_sheet([row(1, email=cell, LIBE="M"), row(2)])
    assert kinds(plan)[0] == "bad_address"
    assert plan.problems[0].value == cell
    assert (of(1).email, of(1).gender) == ("", "F")


def test_an_erased_person_is_not_brought_back_by_the_number():
    import_sheet([row(1)])
    contact = of(1)
    contact.email = contact.given_name = contact.family_name = ""
    contact.erased_at = timezone.now()
    contact.save()
    plan = import_sheet([row(1)], LATER)
    assert "was erased" in told(plan)[0].problem
    assert plan.counts() == {"new": 0, "changed": 0, "unchanged": 0, "gone": 0, "held": 0}
    import_list([member(1)])
    assert of(1).name == ""


def test_an_erased_address_is_not_brought_back():
    digest = email_digest(email_key("Given1@europarl.europa.eu.example"))
    Suppression.objects.create(email_digest=digest, reason="erasure")
    plan = import_sheet([row(1), row(2)])
    assert told(plan)[0].kind == "erased"
    assert list(Contact.objects.values_list("email", flat=True)) == ["given2@europarl.europa.eu.example"]


def test_an_address_that_bounced_is_stored_all_the_same_and_stays_suppressed():
    digest = email_digest(email_key("given1@europarl.europa.eu.example"))
    Suppression.objects.create(email_digest=digest, reason="hard_bounce")
    import_sheet([row(1)])
    assert of(1).email == "given1@europarl.europa.eu.example"
    assert Suppression.objects.count() == 1


def test_stored_problems_hold_no_address():
    from contacts.models import ImportRun

    import_sheet([row(1, email="shared@office.example"), row(2, email="shared@office.example")])
    assert "office.example" not in str(ImportRun.objects.get().problems)
