"""Somebody who reads a list is merged into another row: links of older mails hold, and the more careful state stays."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from contacts import consent, preferences
from contacts.consent_story import consents
from contacts.merging import FIELDS, merge
from contacts.models import (
    ConsentRecord,
    Contact,
    ContactList,
    FormerSubscription,
    LegalBasis,
    ListText,
    SignUp,
    Subscription,
    Suppression,
    Turn,
)
from contacts.signing_up import confirm, sign_up, token_of
from contacts.suppression import suppress
from desk.models import Webhook, WebhookDelivery
from mailing import endings, outcomes, unsubscribe
from mailing.models import Delivery, Mailing
from mailing.outcomes import Outcome
from tests.factories import ContactFactory, MailingFactory, UserFactory
from transport.models import SystemMail

pytestmark = pytest.mark.django_db
KEEP = dict.fromkeys(FIELDS, "one")
OLD, NEW = "nadia@old.example", "nadia@new.example"


@pytest.fixture
def letter():
    made = ContactList.objects.create(name="Network", slug="network", is_open=True)
    ListText.objects.create(contact_list=made, language="en", name="Letter from the network")
    return made


@pytest.fixture
def kept():
    """The row that stays."""
    return ContactFactory(given_name="Nadia", family_name="Reader", email=NEW, legal_basis=LegalBasis.CONSENT)


@pytest.fixture
def lost():
    """The row that is merged into it."""
    return ContactFactory(given_name="N.", family_name="Reader", email=OLD, legal_basis=LegalBasis.CONSENT)


@pytest.fixture
def browser():
    return Client(enforce_csrf_checks=True)


def joined(person, contact_list):
    consent.confirm(person, contact_list, source="page")
    return Subscription.objects.select_related("contact", "contact_list").get(contact=person, contact_list=contact_list)


def issue(contact_list, number=1):
    at = timezone.now()
    moments = dict.fromkeys(("approved_at", "frozen_at", "started_at", "finished_at"), at)
    reference = f"LSI-N-2026-{number:03d}"
    kind = {"kind": Mailing.Kind.NEWSLETTER, "contact_list": contact_list, "status": "finished"}
    return MailingFactory(reference=reference, approver=UserFactory(), **kind, **moments)


def sent(mailing, person, **fields):
    values = {"status": "sent", "sent_at": timezone.now(), **fields}
    address = {name: getattr(person, name) for name in ("email", "email_key", "email_digest")}
    return Delivery.objects.create(
        mailing=mailing, contact=person, language="en", queued_at=timezone.now(), context={}, **address, **values
    )


def merged(kept, lost, officer, **choices):
    merge(kept, lost, KEEP | choices, actor=officer)
    return Contact.objects.get(pk=kept.pk)


def state(contact_list):
    row = Subscription.objects.get(contact_list=contact_list)
    return row.contact_id, row.status, row.ended_by


def settings_page(row):
    return f"/p/{preferences.token_for(row)}/"


# Links to settings.


def test_the_link_to_the_settings_of_either_row_opens_the_settings_of_who_is_left(letter, kept, lost, officer, browser):
    pages = [settings_page(joined(person, letter)) for person in (kept, lost)]
    person = merged(kept, lost, officer)
    for page in pages:
        assert "Letter from the network" in browser.get(page).content.decode()
        assert browser.post(f"{page}pause/").status_code == 303
        assert Subscription.objects.get().paused_until
        Subscription.objects.update(paused_until=None)
    assert browser.post(f"{pages[1]}leave/").status_code == 200
    assert state(letter) == (person.pk, "unsubscribed", "left")
    assert Suppression.objects.get().email_digest == person.email_digest


def test_a_link_holds_over_two_merges(letter, kept, lost, officer, browser):
    page = settings_page(joined(lost, letter))
    joined(kept, letter)
    merged(kept, lost, officer)
    last = ContactFactory(email="nadia@last.example")
    joined(last, letter)
    merged(last, kept, officer)
    assert FormerSubscription.objects.count() == 2
    browser.post(f"{page}leave/")
    assert state(letter) == (last.pk, "unsubscribed", "left")


def test_a_former_number_opens_nothing_for_another_moment(letter, kept, lost, officer):
    row = joined(lost, letter)
    joined(kept, letter)
    token = preferences.token_for(row)
    row.created_at += timedelta(microseconds=1)
    forged = preferences.token_for(row)
    merged(kept, lost, officer)
    assert preferences.subscription_with(token) is not None
    assert preferences.subscription_with(forged) is None


def test_the_link_of_who_is_erased_after_a_merge_opens_nothing(letter, kept, lost, officer, browser):
    page = settings_page(joined(lost, letter))
    joined(kept, letter)
    merged(kept, lost, officer)
    assert browser.post(f"{page}erase/").status_code == 200
    assert browser.get(page).status_code == 404
    assert not FormerSubscription.objects.exists()


def test_a_page_that_was_open_during_the_merge_takes_the_reader_off_the_list_they_unticked(
    letter, kept, lost, officer, browser
):
    row = joined(lost, letter)
    page = settings_page(row)
    joined(kept, letter)
    merged(kept, lost, officer)
    answer = browser.post(page, {"language": "en", "country": "", "lists": [], "lists_shown": [row.pk]})
    assert answer.status_code == 303
    assert state(letter) == (kept.pk, "unsubscribed", "left")


def test_a_change_that_was_read_before_the_merge_is_made_on_who_is_left(letter, kept, lost, officer):
    row = joined(lost, letter)
    merged(kept, lost, officer)
    assert row.contact_id == lost.pk, "as a page read it before"
    assert preferences.leave(row)
    assert state(letter) == (kept.pk, "unsubscribed", "left")


# Mails that were sent before.


@pytest.mark.parametrize("both", [True, False], ids=["an issue to each of them", "an issue to one of them"])
def test_one_click_in_an_old_issue_ends_the_subscription_of_who_is_left(letter, kept, lost, officer, browser, both):
    mailing = issue(letter)
    joined(lost, letter)
    joined(kept, letter)
    old = sent(mailing, lost)
    if both:
        sent(mailing, kept)
    merged(kept, lost, officer)
    answer = browser.post(f"/u/{unsubscribe.token_for(old.public_id)}/", {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert state(letter) == (kept.pk, "unsubscribed", "left")
    digests = {kept.email_digest, lost.email_digest}
    assert set(Suppression.objects.values_list("email_digest", "scope")) == {(d, f"list:{letter.pk}") for d in digests}
    browser.post(f"/u/{unsubscribe.token_for(old.public_id)}/undo/")
    assert state(letter) == (kept.pk, "active", "")
    assert not Suppression.objects.exists()


def test_an_old_issue_opens_the_settings_of_who_is_left(letter, kept, lost, officer, browser):
    mailing = issue(letter)
    joined(lost, letter)
    old = sent(mailing, lost)
    sent(mailing, kept)
    merged(kept, lost, officer)
    page = browser.get(f"/p/{unsubscribe.token_for(old.public_id)}/").content.decode()
    assert "Letter from the network" in page
    assert "n•••@new.example" in page


def test_one_click_that_was_read_before_the_merge_ends_it_all_the_same(letter, kept, lost, officer):
    joined(lost, letter)
    joined(kept, letter)
    old = unsubscribe.delivery_of(unsubscribe.token_for(sent(issue(letter), lost).public_id))
    merged(kept, lost, officer)
    assert unsubscribe.leave(old, source="link")
    assert state(letter) == (kept.pk, "unsubscribed", "left")


def test_a_complaint_about_an_old_mail_stops_the_address_that_is_left(letter, kept, lost, officer):
    mailing = issue(letter)
    joined(kept, letter)
    old = sent(mailing, lost)
    sent(mailing, kept)
    merged(kept, lost, officer)
    old.refresh_from_db()
    outcomes.apply(old, Outcome("complained", key="c", at=timezone.now(), blocks="complaint"))
    assert state(letter) == (kept.pk, "unsubscribed", "complained")
    assert set(Suppression.objects.values_list("email_digest", "reason")) == {
        (person.email_digest, "complaint") for person in (kept, lost)
    }


def test_an_old_mailbox_that_is_gone_takes_nobody_off_the_list_at_the_new_one(letter, kept, lost, officer):
    mailing = issue(letter)
    joined(kept, letter)
    old = sent(mailing, lost)
    sent(mailing, kept)
    merged(kept, lost, officer)
    old.refresh_from_db()
    outcomes.apply(old, Outcome("bounced", key="b", at=timezone.now(), code="5.1.1", blocks="hard_bounce"))
    assert endings.end_all() == 0
    assert state(letter) == (kept.pk, "active", "")


# The link that confirms.


def asking(letter, address=OLD):
    sign_up(letter, address, language="en", source="page", ip="192.0.2.7")
    return token_of(SignUp.objects.get(contact_list=letter))


def test_a_link_that_confirms_puts_who_is_left_on_the_list(letter, kept, lost, officer):
    token = asking(letter)
    merged(kept, lost, officer)
    assert confirm(token).contact_id == kept.pk
    assert Contact.objects.living().filter(email__startswith="nadia@").count() == 1
    assert state(letter) == (kept.pk, "active", "")
    assert SystemMail.objects.get(purpose="welcome").to == NEW
    assert confirm(token).contact_id == kept.pk, "pressing it again changes nothing"


def test_a_link_that_was_used_before_the_merge_still_says_that_they_are_on_the_list(
    letter, kept, lost, officer, browser
):
    token = asking(letter)
    confirm(token)
    merged(kept, lost, officer)
    assert confirm(token).contact_id == kept.pk
    assert browser.get(f"/c/{token}/").status_code == 200


def test_who_asks_after_the_merge_with_their_old_address_gets_the_list_there(letter, kept, lost, officer):
    merged(kept, lost, officer)
    Turn.objects.all().delete()
    assert confirm(asking(letter)).contact.email == OLD


def test_who_is_left_without_an_address_is_not_put_on_a_list(letter, lost, officer):
    token = asking(letter)
    merged(ContactFactory(email=""), lost, officer)
    assert confirm(token).contact.email == OLD


# Two subscriptions of one list.


@pytest.mark.parametrize("swapped", [False, True], ids=["", "the other way round"])
@pytest.mark.parametrize(
    ("one", "other", "stays"),
    [
        ("active", "left", "left"),
        ("active", "complained", "complained"),
        ("active", "colleague", "colleague"),
        ("active", "silent", "active"),
        ("active", "bounced", "active"),
        ("pending", "silent", "silent"),
        ("pending", "active", "active"),
        ("silent", "left", "left"),
        ("silent", "bounced", "bounced"),
        ("bounced", "left", "left"),
        ("left", "complained", "complained"),
    ],
)
def test_the_more_careful_state_stays(letter, kept, lost, officer, one, other, stays, swapped):
    for person, wanted in zip((kept, lost), (other, one) if swapped else (one, other), strict=True):
        if wanted == "pending":
            consent.ask(person, letter, source="page")
            continue
        joined(person, letter)
        if wanted != "active":
            consent.leave(person, letter, source="x", ended_by=wanted)
    merged(kept, lost, officer)
    status, ended_by = (stays, "") if stays in ("active", "pending") else ("unsubscribed", stays)
    assert state(letter) == (kept.pk, status, ended_by)


def test_a_colleague_cannot_bring_back_who_left_with_the_other_address(letter, kept, lost, officer):
    joined(lost, letter)
    consent.leave(lost, letter, source="link")
    joined(kept, letter)
    consent.leave(kept, letter, source="x", ended_by="silent")
    merged(kept, lost, officer)
    assert not endings.bring_back(Subscription.objects.get(), actor=officer)


def test_the_longer_pause_holds(letter, kept, lost, officer):
    joined(kept, letter)
    joined(lost, letter)
    Subscription.objects.filter(contact=kept).update(paused_until=date(2030, 1, 1))
    Subscription.objects.filter(contact=lost).update(paused_until=date(2031, 1, 1))
    merged(kept, lost, officer)
    assert Subscription.objects.get().paused_until == date(2031, 1, 1)


@pytest.mark.parametrize("chosen", ["one", "other"])
def test_who_objected_with_one_address_is_not_on_the_list_with_the_other(letter, kept, lost, officer, chosen):
    gone, on = (lost, kept) if chosen == "one" else (kept, lost)
    suppress(gone, scope=f"list:{letter.pk}", reason="objection")
    joined(on, letter)
    merged(kept, lost, officer, email=chosen)
    assert state(letter) == (kept.pk, "unsubscribed", "left")


def test_an_end_by_a_merge_has_its_proof_and_is_announced(letter, kept, lost, officer):
    Webhook.objects.create(name="CRM", url="https://crm.example/", events=["subscription.ended"], salt="s")
    joined(kept, letter)
    joined(lost, letter)
    consent.leave(lost, letter, source="link")
    WebhookDelivery.objects.all().delete()
    merged(kept, lost, officer)
    proof = ConsentRecord.objects.latest("id")
    assert (proof.contact_id, proof.action, proof.source) == (kept.pk, "unsubscribed", consent.BY_MERGING)
    assert [row.payload["data"]["contact"] for row in WebhookDelivery.objects.all()] == [str(kept.public_id)]


def test_the_story_of_both_is_told_at_who_is_left(letter, kept, lost, officer):
    joined(kept, letter)
    joined(lost, letter)
    preferences.set_language(Subscription.objects.get(contact=lost), "fr")
    consent.leave(lost, letter, source="link")
    merged(kept, lost, officer)
    assert [entry.title for entry in consents(Contact.objects.get(pk=kept.pk))] == [
        "Taken off “Network”: merged with somebody who had left it.",
        "Left “Network”.",
        "Confirmed “Network”.",
        "Confirmed “Network”.",
    ]
