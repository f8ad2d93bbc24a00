"""The demo's newsletter list: open in three languages, with topics and readers whose consent is proved."""

import re
from collections import Counter

import pytest

from contacts.models import ConsentRecord, ContactList, ImportRun, Subscription
from contacts.offering import lacks
from desk.demo.accounts import make_accounts
from desk.demo.readers import ALL, BY_SHEET, SLUG, address, make_readers, names

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(db):
    return make_readers(make_accounts()["officer"])


def test_nobody_on_it_could_exist():
    assert len(set(names())) == ALL
    assert all(re.fullmatch(r"[a-z.]+@reader\.example", address(number)) for number in range(ALL))


def test_it_is_open_with_all_that_its_public_page_shows(letter):
    assert letter.is_open
    assert lacks(letter) == []
    assert {text.language for text in letter.texts.all()} == {"en", "fr", "de"}
    assert [topic.texts.count() for topic in letter.topics.all()] == [3, 3, 3]
    assert not letter.counts_clicks


def test_readers_came_by_a_sheet_and_by_the_page_and_every_one_has_a_proof(letter):
    rows = letter.subscriptions.all()
    assert Counter(rows.values_list("status", flat=True)) == {"active": ALL - 2, "unsubscribed": 1, "pending": 1}
    assert Counter(rows.values_list("source", flat=True)) == {"import": BY_SHEET, "page": ALL - BY_SHEET}
    assert rows.filter(paused_until__isnull=False).count() == 1
    assert set(rows.values_list("language", flat=True)) == {"", "en", "fr", "de"}
    assert rows.filter(topics__isnull=False).distinct().count() > ALL / 3
    proved = set(ConsentRecord.objects.filter(contact_list=letter).values_list("contact", flat=True))
    assert proved == set(rows.values_list("contact", flat=True))


def test_the_sheet_is_an_import_that_can_be_taken_back(letter):
    run = ImportRun.objects.get()
    assert (run.status, run.counts["new"], run.counts["errors"]) == ("applied", BY_SHEET, 0)
    assert run.can_be_taken_back


def test_making_it_again_changes_nothing(letter):
    before = Subscription.objects.count(), ConsentRecord.objects.count()
    assert make_readers(make_accounts()["officer"]) == letter == ContactList.objects.get(slug=SLUG)
    assert (Subscription.objects.count(), ConsentRecord.objects.count()) == before
