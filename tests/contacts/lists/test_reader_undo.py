"""Taking an import of readers back: what nobody touched goes, what somebody chose themselves stays."""

import pytest

from contacts.consent import confirm, leave
from contacts.models import ConsentRecord, Contact, Suppression
from tests.contacts.lists.hands import ANA, PROOF, apply, page_of, take_back
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def test_taking_it_back_removes_what_nobody_touched(signed_in, bring, letter):
    known = ContactFactory(email="known@reader.example")
    run = bring(ANA, f"known@reader.example;;;;;2026-03-01;{PROOF}")
    apply(signed_in, run)
    run.refresh_from_db()
    outcome = take_back(signed_in, run)
    assert (outcome["back"], outcome["removed"], outcome["stayed_count"]) == (2, 1, 0)
    assert not letter.subscriptions.exists()
    assert not Contact.objects.filter(email="ana@reader.example").exists()
    assert Contact.objects.living().filter(pk=known.pk).exists()
    assert list(ConsentRecord.objects.order_by("id").values_list("action", flat=True)) == [
        "imported",
        "imported",
        "unsubscribed",
        "unsubscribed",
    ]
    assert not Suppression.objects.exists()
    assert "2 taken off the list" in page_of(signed_in, run).content.decode()


def test_whoever_acted_since_stays_as_they_chose(signed_in, bring, letter, topics):
    names = ("left", "paused", "chose", "language", "quiet")
    run = bring(*(f"{name}@reader.example;;;;;2026-03-01;{PROOF}" for name in names))
    apply(signed_in, run)
    run.refresh_from_db()
    rows = {row.contact.email.split("@")[0]: row for row in letter.subscriptions.select_related("contact")}
    leave(rows["left"].contact, letter, source="link")
    letter.subscriptions.filter(pk=rows["paused"].pk).update(paused_until="2099-01-01")
    rows["chose"].topics.add(topics[1])
    letter.subscriptions.filter(pk=rows["language"].pk).update(language="de")
    outcome = take_back(signed_in, run)
    assert (outcome["back"], outcome["removed"], outcome["stayed_count"]) == (1, 1, 4)
    assert {row.contact.email.split("@")[0] for row in letter.subscriptions.all()} == set(names) - {"quiet"}


def test_whoever_came_back_by_themselves_is_theirs(signed_in, bring, letter):
    run = bring(ANA)
    apply(signed_in, run)
    run.refresh_from_db()
    ana = Contact.objects.get(email="ana@reader.example")
    leave(ana, letter, source="link")
    confirm(ana, letter, source="page")
    assert take_back(signed_in, run)["back"] == 0
    assert letter.subscriptions.get().status == "active"


def test_taking_back_twice_changes_nothing_more(signed_in, bring):
    run = bring(ANA)
    apply(signed_in, run)
    run.refresh_from_db()
    first = take_back(signed_in, run)
    assert take_back(signed_in, run) == first
    assert ConsentRecord.objects.count() == 2


def test_an_emptied_person_can_be_imported_again(signed_in, bring, letter):
    run = bring(ANA)
    apply(signed_in, run)
    run.refresh_from_db()
    take_back(signed_in, run)
    again = bring(ANA)
    apply(signed_in, again)
    assert letter.subscriptions.get().contact.email == "ana@reader.example"


def test_who_had_asked_before_is_waiting_again(signed_in, bring, letter):
    letter.subscriptions.create(contact=ContactFactory(email="ana@reader.example"))
    run = bring(ANA)
    apply(signed_in, run)
    run.refresh_from_db()
    assert take_back(signed_in, run)["back"] == 1
    assert letter.subscriptions.get().status == "pending"


def test_a_new_person_who_was_written_about_since_stays_in_the_address_book(signed_in, bring, letter, officer):
    run = bring(ANA)
    apply(signed_in, run)
    run.refresh_from_db()
    ana = Contact.objects.get(email="ana@reader.example")
    ana.notes.create(author=officer, text="Called us.")
    outcome = take_back(signed_in, run)
    assert (outcome["back"], outcome["removed"]) == (1, 0)
    assert Contact.objects.living().filter(pk=ana.pk).exists()
    assert not letter.subscriptions.exists()
