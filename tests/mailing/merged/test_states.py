"""Two subscriptions of one person to one list become one: the more careful state, with the proofs of both."""

from datetime import date

import pytest
from django.test import Client

from contacts import consent, preferences
from contacts.consent_story import choices, consents
from contacts.models import ConsentRecord, Contact, SignUp, Subscription
from contacts.signing_up import sign_up, token_of
from contacts.suppression import suppress
from desk.models import Webhook, WebhookDelivery
from mailing import endings, unsubscribe
from tests.mailing.merged.conftest import OLD, issue, joined, merged, sent, settings_page, state
from tests.races import done_in_the_middle

pytestmark = pytest.mark.django_db


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
    person = Contact.objects.get(pk=kept.pk)
    assert [entry.title for entry in choices(person)] == ["Chose the language fr for “Network”."]
    assert [entry.title for entry in consents(person)] == [
        "Taken off “Network”: merged with somebody who had left it.",
        "Left “Network”.",
        "Confirmed “Network”.",
        "Confirmed “Network”.",
    ]


# Something that the reader does while a colleague merges them.


def posting(path, data=None):
    return lambda: Client(enforce_csrf_checks=True).post(path, data or {}).status_code


def in_the_middle(kept, lost, officer, other):
    """What the reader is answered who does `other` when half of the merge is written."""
    _person, answer = done_in_the_middle(
        lambda: merged(kept, lost, officer), before='INSERT INTO "contacts_merge"', other=other
    )
    return answer


@pytest.mark.only_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("both", [True, False], ids=["both on the list", "one on the list"])
def test_one_click_in_the_middle_of_a_merge_ends_it_afterwards(letter, kept, lost, officer, both):
    joined(lost, letter)
    if both:
        joined(kept, letter)
    path = f"/u/{unsubscribe.token_for(sent(issue(letter), lost).public_id)}/"
    assert in_the_middle(kept, lost, officer, posting(path, {"List-Unsubscribe": "One-Click"})) == 200
    assert state(letter) == (kept.pk, "unsubscribed", "left")


@pytest.mark.only_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("both", [True, False], ids=["both on the list", "one on the list"])
def test_leaving_by_the_settings_in_the_middle_of_a_merge_ends_it_afterwards(letter, kept, lost, officer, both):
    page = settings_page(joined(lost, letter))
    if both:
        joined(kept, letter)
    assert in_the_middle(kept, lost, officer, posting(f"{page}leave/")) == 200
    assert state(letter) == (kept.pk, "unsubscribed", "left")


@pytest.mark.only_postgresql
@pytest.mark.django_db(transaction=True)
def test_confirming_in_the_middle_of_a_merge_puts_who_is_left_on_the_list(letter, kept, lost, officer):
    sign_up(letter, OLD, language="en", source="page", ip="192.0.2.7")
    path = f"/c/{token_of(SignUp.objects.get())}/"
    assert in_the_middle(kept, lost, officer, posting(path)) in (200, 302, 303)
    assert state(letter) == (kept.pk, "active", "")
