"""The contacts pages in a real browser: readable by everybody, wide and narrow, light and dark, with and without
JavaScript."""

import datetime as dt

import pytest
from django.utils import timezone

from contacts.models import Note, Organisation, Post, Segment, Tag
from contacts.reference import load_reference
from tests.contacts.conftest import Parliament
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIBE = {"seat": {"committee": ["LIBE"]}}


@pytest.fixture
def pages(transactional_db, officer):
    """A small address book; gives the path of every page of it."""
    load_reference()
    parliament = Parliament()
    parliament.crowd(60)
    ana = parliament.mep(
        "Brennan",
        given_name="Aoife",
        country="BE",
        group="SD",
        seats=[("LIBE", "chair")],
        email="ab@parliament.example",
    )
    parliament.seat(ana, "FEMM", "substitute", ended_on=dt.date(2026, 1, 31))
    house = Organisation.objects.create(name="Harbour House", is_confidential=True, country="IE")
    Post.objects.create(contact=ana, organisation=house, title="Patron")
    Note.objects.create(contact=ana, author=officer, text="Prefers short letters.")
    ana.interactions.create(kind="meeting", at=timezone.now(), note="Promised a summary.")
    Tag.objects.create(name="press")
    simple = Segment.objects.create(name="LIBE", criteria={"all": [LIBE, {"not": {"group": ["SD"]}}]})
    nested = Segment.objects.create(name="Nested", criteria={"any": [LIBE, {"country": ["FR"]}]})
    empty = Segment.objects.create(name="Nobody", criteria={"all": [LIBE, {"country": ["MT"]}]})
    return [
        "",
        "?committee=LIBE&country=MT",
        f"people/{ana.public_id}/",
        f"people/{ana.public_id}/edit/",
        "organisations/",
        f"organisations/{house.pk}/",
        "segments/",
        "segments/new/",
        f"segments/{simple.pk}/",
        f"segments/{empty.pk}/",
        f"segments/{simple.pk}/edit/",
        f"segments/{nested.pk}/edit/",
        f"segments/{simple.pk}/delete/",
        "salutations/",
    ]


def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit, officer, pages):
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        for path in pages:
            page = boris.open("/desk/contacts/" + path)
            page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
            boris.check_page(path)
        boris.check_no_complaints()


def test_the_count_follows_each_choice(visit, officer, pages):
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open("/desk/contacts/segments/new/")
        count = page.locator("#count")
        page.get_by_role("button", name="Add a line", exact=True).click()
        page.get_by_label("LIBE", exact=True).check()
        count.get_by_text("61", exact=True).first.wait_for()
        page.get_by_label("Role", exact=True).select_option("chair")
        page.get_by_text("In one sentence: Chairs of LIBE.").wait_for()
        page.get_by_label("What the new line asks").select_option("country")
        page.get_by_role("button", name="Add a line", exact=True).click()
        page.get_by_label("Malta", exact=True).check()
        count.get_by_text("There are no people from Malta.").wait_for()
        page.get_by_label("Malta", exact=True).uncheck()
        page.get_by_label("Belgium", exact=True).check()
        count.get_by_text("In the segment").wait_for()
        page.get_by_label("Name", exact=True).fill("Chairs from Belgium")
        page.get_by_role("button", name="Save segment").click()
        page.wait_for_url("**/segments/*/")
        page.get_by_role("link", name="Brennan, Aoife").wait_for()
        boris.check_no_complaints()
    assert Segment.objects.get(name="Chairs from Belgium").criteria == {
        "all": [{"seat": {"committee": ["LIBE"], "role": ["chair"]}}, {"country": ["BE"]}]
    }
