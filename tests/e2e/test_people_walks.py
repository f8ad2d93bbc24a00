"""One person's page and what is done with people, in a real browser: readable by everybody, and without JavaScript."""

import datetime as dt

import pytest
from django.utils import timezone

from contacts.correcting import correct
from contacts.models import Body, Contact, Note, NotSame, Organisation, Post, Tag
from contacts.reference import load_reference
from mailing.models import Delivery, IncomingMail, Reply
from tests.contacts.conftest import Parliament
from tests.factories import PASSWORD, BodyFactory, MailingFactory, MandateFactory, MembershipFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def aoife(transactional_db, officer):
    """A member of long standing, with letters, a reply, meetings and corrections."""
    load_reference()
    parliament = Parliament()
    parliament.crowd(60)
    person = parliament.mep(
        "Brennan",
        given_name="Aoife",
        country="IE",
        group="SD",
        seats=[("LIBE", "member"), ("FEMM", "chair")],
        email="aoife.brennan@parliament.example",
    )
    mandate = person.mandates.get()
    mandate.memberships.update(started_on=dt.date(2024, 7, 16))
    type(mandate).objects.filter(pk=mandate.pk).update(started_on=dt.date(2024, 7, 16), national_party="Green Isle")
    parliament.seat(person, "EMPL", "substitute", started_on=dt.date(2024, 7, 16), ended_on=dt.date(2026, 1, 31))
    before = MandateFactory(contact=person, term=9, started_on=dt.date(2019, 7, 2), ended_on=dt.date(2024, 7, 15))
    MembershipFactory(mandate=before, body=BodyFactory(code="DROI"), ended_on=dt.date(2024, 7, 15))
    house = Organisation.objects.create(name="Harbour House", is_confidential=True, country="IE", phone="+353 1 555")
    Post.objects.create(contact=person, organisation=house, title="Patron")
    Note.objects.create(contact=person, author=officer, text="Prefers short letters.")
    _letters(person)
    now = timezone.now()
    person.interactions.create(kind="meeting", at=now + dt.timedelta(days=9), by=officer, note="Explain the fund.")
    person.interactions.create(
        kind="event", at=now - dt.timedelta(days=40), by=officer, with_whom="Ilse and Harbour House", note="Who pays?"
    )
    person.tags.add(Tag.objects.create(name="supporter"))
    correct(person, {"family_name": "Ní Bhraonáin", "language": "en"}, actor=officer)
    return Contact.objects.get(pk=person.pk)


def _letters(person):
    now, approver = timezone.now(), UserFactory(role="approver")
    for days, title in [(1, "Compensation before the committee vote"), (20, "After the hearing"), (80, "Invitation")]:
        at = now - dt.timedelta(days=days)
        times = {"approved_at": at, "frozen_at": at, "started_at": at, "finished_at": at}
        mailing = MailingFactory(title=title, status="finished", approver=approver, **times)
        address = {"email": person.email, "email_key": person.email_key, "language": "en"}
        Delivery.objects.create(
            mailing=mailing, contact=person, status="sent", sent_at=at, queued_at=at, delivered_at=at, **address
        )
    mail = IncomingMail.objects.create(source="imap", dedupe_key="1", raw=b"")
    Reply.objects.create(mail=mail, contact=person, mailing=mailing, subject="I will come", received_at=now)


@pytest.fixture
def twins(aoife):
    """Two rows that look alike."""
    make = Contact.objects.create
    one = make(given_name="Ana", family_name="Horvat", country="HR", email="ana@office.example", phone="+385 1")
    return one, make(given_name="Horvat", family_name="Ana", country="HR", email="a.horvat@home.example", language="hr")


@pytest.fixture
def pages(aoife, twins):
    """The path of every page."""
    libe, tag = Body.objects.get(kind="committee", code="LIBE"), Tag.objects.get()
    one, other = twins
    entry = aoife.interactions.first()
    return {
        "person": f"people/{aoife.public_id}/",
        "letters": f"people/{aoife.public_id}/?show=letters",
        "edit": f"people/{aoife.public_id}/edit/",
        "meeting": f"people/{aoife.public_id}/meetings/new/",
        "entry": f"meetings/{entry.pk}/",
        "add": "people/new/",
        "twice": "people/twice/",
        "twin": f"people/{one.public_id}/twin/",
        "merge": f"people/merge/?one={one.public_id}&other={other.public_id}",
        "bodies": "bodies/",
        "body": f"bodies/{libe.pk}/",
        "body-edit": f"bodies/{libe.pk}/edit/",
        "seat": f"bodies/{libe.pk}/members/new/?q=family01",
        "tags": "tags/",
        "tag": f"tags/{tag.pk}/",
        "people": "",
    }


def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit, officer, pages):
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        for name, path in pages.items():
            page = boris.open("/desk/contacts/" + path)
            page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
            boris.check_page(name)
        boris.check_no_complaints()


def test_without_javascript_a_meeting_is_recorded_thrown_away_and_put_back(visit, officer, aoife):
    with visit(java_script_enabled=False) as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open(f"/desk/contacts/people/{aoife.public_id}/")
        page.get_by_role("link", name="Record a meeting").click()
        page.get_by_label("Call").check()
        page.get_by_label("What was said").fill("Asked about the fund.")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="Meetings 2").click()
        page.get_by_text("Asked about the fund.").wait_for()
        page.get_by_role("listitem").filter(has_text="Asked about").get_by_role("link", name="Change").click()
        page.get_by_role("button", name="Throw this entry away").click()
        page.get_by_role("button", name="Put it back").wait_for()
        assert page.get_by_text("Asked about the fund.").count() == 0
        page.get_by_role("button", name="Put it back").click()
        page.get_by_text("Asked about the fund.").wait_for()


def test_without_javascript_two_rows_become_one_person(visit, officer, twins):
    with visit(java_script_enabled=False) as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open("/desk/contacts/")
        page.get_by_role("link", name="Twice here?").click()
        page.get_by_role("link", name="Compare").click()
        page.get_by_label("E-mail:").nth(1).check()
        page.get_by_role("button", name="Make them one person").click()
        page.get_by_text("They are one person now.").wait_for()
    one = Contact.objects.get(pk=twins[0].pk)
    assert (one.given_name, one.email, one.language) == ("Ana", "a.horvat@home.example", "hr")


def test_without_javascript_people_are_ticked_and_tagged(visit, officer, aoife):
    with visit(java_script_enabled=False) as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open("/desk/contacts/?q=family00")
        page.get_by_label("Tick Family003").check()
        page.get_by_label("Tick Family007").check()
        page.get_by_label("Tag for the people that are ticked").fill("seminar")
        page.get_by_role("button", name="Put the tag on").click()
        page.get_by_text("“seminar” is on 2 more people.").wait_for()
    assert sorted(Contact.objects.filter(tags__name="seminar").values_list("family_name", flat=True)) == [
        "Family003",
        "Family007",
    ]


def test_two_people_of_one_name_are_told_apart_with_the_keyboard(visit, officer, twins):
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open("/desk/contacts/people/twice/")
        page.get_by_role("button", name="Not the same person").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Nobody seems to be here twice.").wait_for()
        boris.check_no_complaints()
    assert NotSame.objects.count() == 1
