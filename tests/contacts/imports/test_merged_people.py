"""A sheet that still has the address somebody had before two rows were made one finds the person, and makes nobody."""

from datetime import date

import pytest

from contacts.imports.undoing import take_back
from contacts.merging import FIELDS, merge
from contacts.models import Contact, ImportRun
from tests.contacts.imports.builders import import_sheet, kinds
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
LATER = date(2026, 5, 1)
OLD, NEW = "leo@old.example", "leo@new.example"


def sheet_row(email, **facts):
    return {"email": email, "name": "Leo Nova", "country": "FR", "organisation": "The Paper", "tags": "press"} | facts


@pytest.fixture
def leo(officer):
    """One person of two rows, who kept the second row's address."""
    kept = ContactFactory(given_name="Leo", family_name="Nova", country="IE", email=NEW)
    other = ContactFactory(given_name="Leo", family_name="Nova", country="IE", email=OLD)
    merge(kept, other, dict.fromkeys(FIELDS, "one"), actor=officer)
    return kept


def test_the_row_speaks_of_the_person_who_keeps_the_address_that_was_chosen(leo):
    plan = import_sheet([sheet_row(OLD)], LATER, mapping="generic")
    assert (plan.counts()["new"], plan.counts()["changed"]) == (0, 1)
    assert list(Contact.objects.living()) == [leo]
    leo.refresh_from_db()
    assert (leo.email, leo.country) == (NEW, "FR")
    assert leo.posts.get().organisation.name == "The Paper"
    take_back(ImportRun.objects.get(), actor=None)
    leo.refresh_from_db()
    assert (leo.email, leo.country, leo.posts.count()) == (NEW, "IE", 0)


def test_so_it_is_where_the_other_address_was_chosen_and_after_a_second_merge(leo, officer):
    third = ContactFactory(given_name="L.", family_name="Nova", country="IE", email="l.nova@third.example")
    merge(third, leo, dict.fromkeys(FIELDS, "one") | {"email": "other"}, actor=officer)
    for address in (OLD, NEW, "L.Nova@third.example"):
        plan = import_sheet([sheet_row(address, organisation="", tags="")], LATER, mapping="generic")
        assert plan.counts()["new"] == 0
    assert Contact.objects.living().get() == third
    third.refresh_from_db()
    assert third.email == NEW


def test_of_two_rows_about_one_person_the_old_address_is_left_out_and_told(leo):
    plan = import_sheet([sheet_row(OLD, country="DE"), sheet_row(NEW)], LATER, mapping="generic")
    assert (kinds(plan), plan.counts()["new"], plan.counts()["changed"]) == (["repeated"], 0, 1)
    leo.refresh_from_db()
    assert leo.country == "FR"


def test_an_address_that_somebody_else_has_now_is_theirs(leo):
    other = ContactFactory(given_name="Lena", family_name="Nova", country="IE", email=OLD)
    import_sheet([sheet_row(OLD, name="Lena Nova")], LATER, mapping="generic")
    other.refresh_from_db()
    leo.refresh_from_db()
    assert (other.country, leo.country) == ("FR", "IE")
