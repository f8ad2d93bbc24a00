"""Lists, the do-not-write page, a person's data and the privacy page in a real browser: readable by everybody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts import consent
from contacts.models import Contact, ContactList
from contacts.suppression import suppress
from tests.factories import PASSWORD, ContactFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pages(transactional_db, officer):
    """Two lists with people; gives the path of every page."""
    news = ContactList.objects.create(name="Road Notes", description="Four issues a year on compensation.")
    ContactList.objects.create(name="Press releases")
    consent.set_wording(news, "Send me Road Notes four times a year.", by=officer)
    consent.set_wording(news, "Send me Road Notes every month. I can leave with one click.", by=officer)
    people = [ContactFactory(family_name=f"Reader{n:02}", legal_basis="consent") for n in range(60)]
    for person in people[:55]:
        consent.confirm(person, news, source="confirm page")
    consent.ask(people[56], news, source="subscribe page")
    consent.leave(people[1], news, source="link")
    suppress(people[2], reason="objection")
    late = ContactFactory(family_name="Latecomer")
    Contact.objects.filter(pk=late.pk).update(created_at=timezone.now() - timedelta(days=40))
    empty = ContactList.objects.get(name="Press releases")
    return [
        "lists/",
        "lists/new/",
        f"lists/{news.pk}/",
        f"lists/{news.pk}/?status=unsubscribed",
        f"lists/{empty.pk}/",
        f"lists/{news.pk}/edit/",
        "do-not-write/",
        f"people/{people[0].public_id}/everything/",
        f"people/{people[0].public_id}/erase/",
        "privacy/",
    ]


def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit, administrator, pages):
    with visit() as adele:
        adele.sign_in(administrator, PASSWORD)
        for path in pages:
            page = adele.open("/desk/contacts/" + path)
            page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
            adele.check_page(path)
        adele.check_no_complaints()


def test_an_address_is_put_on_looked_for_and_taken_off_without_javascript(visit, officer):
    with visit(java_script_enabled=False) as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open("/desk/contacts/do-not-write/")
        page.get_by_label("E-mail address").nth(1).fill("ana@parliament.example")
        page.get_by_role("button", name="Write nothing more to it").click()
        page.get_by_text("Nothing more is sent to this address.").wait_for()
        page.get_by_label("E-mail address").first.fill("ana@parliament.example")
        page.get_by_role("button", name="Look").click()
        page.get_by_text("Asked us not to write: gets nothing").wait_for()
        page.get_by_role("button", name="Lift the objection").click()
        page.get_by_text("The objection is lifted.").wait_for()
        boris.check_no_complaints()


def test_an_administrator_erases_a_person_with_the_keyboard(visit, administrator):
    person = ContactFactory(given_name="Aoife", family_name="Brennan")
    with visit() as adele:
        adele.sign_in(administrator, PASSWORD)
        page = adele.open(f"/desk/contacts/people/{person.public_id}/erase/")
        page.get_by_label("Why").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("The person is erased. No import brings them back.").wait_for()
        assert page.get_by_text("Brennan").count() == 0
        adele.check_no_complaints()
    person.refresh_from_db()
    assert person.erased_at
