"""Somebody who reads a list is merged into another row: the links of mails to either of them still hold."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts import preferences
from contacts.models import Contact, FormerSubscription, SignUp, Subscription, Suppression, Turn
from contacts.signing_up import confirm, sign_up, token_of
from mailing import endings, outcomes, unsubscribe
from mailing.outcomes import Outcome
from tests.factories import ContactFactory
from tests.mailing.merged.conftest import NEW, OLD, issue, joined, merged, sent, settings_page, state
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


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
