"""Erasing a person leaves a keyed hash and an empty row, nothing else, and no import brings them back."""

import io

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone
from openpyxl import Workbook

from accounts.models import AuditEvent
from contacts import registry
from contacts.addresses import email_digest, email_key, ep_digest
from contacts.erasure import erase
from contacts.models import (
    Contact,
    ImportFile,
    ImportRun,
    Interaction,
    Mandate,
    RawAnswer,
    Subscription,
    Suppression,
)
from contacts.personal_data import routes
from mailing.dispatch import sending
from mailing.models import Delivery, Reply
from tests.contacts.privacy.conftest import ADDRESS, FORMER, WORDS
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def every_value():
    """(table, row as text) of every table of the database, whatever model it belongs to."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                cells = (bytes(cell).decode("utf-8", "replace") if isinstance(cell, bytes | memoryview) else str(cell)
                         for cell in row)  # fmt: skip
                yield table, " | ".join(cells).casefold()


def holding(words):
    return sorted({(table, word) for table, text in every_value() for word in words if word in text})


def test_no_table_holds_the_name_address_telephone_or_street_any_more(her_data, officer):
    found = {word for _table, word in holding(WORDS)}
    assert found == set(WORDS), "the test looks for words that were there"
    tables = {table for table, _word in holding(WORDS)}
    assert len(tables) >= 10
    assert erase(her_data, actor=officer, reason="asked") is True
    assert holding(WORDS) == []


def test_only_hashes_of_the_addresses_and_of_the_members_number_are_left(her_data, officer):
    erase(her_data, actor=officer, reason="asked")
    left = {(row.email_digest, row.scope, row.reason) for row in Suppression.objects.all()}
    digests = {email_digest(email_key(ADDRESS)), email_digest(email_key(FORMER)), ep_digest(912_345)}
    assert left == {(digest, "all", "erasure") for digest in digests}
    shell = Contact.objects.get(pk=her_data.pk)
    assert shell.erased_at
    assert (shell.name, shell.email, shell.email_digest, shell.language, shell.source) == ("", "", "", "", "")
    assert (shell.gender, shell.country, shell.country_now, shell.facts_as_of) == ("X", "", "", {})


def test_counts_stay_true(her_data, officer):
    erase(her_data, actor=officer, reason="asked")
    assert sorted(Delivery.objects.filter(contact=her_data).values_list("status", flat=True)) == ["queued", "sent"]
    assert Reply.objects.count() == 2
    assert Interaction.objects.get(contact=her_data).kind == "meeting"
    assert ImportRun.objects.get().counts == {"new": 1, "changed": 1}
    assert not Mandate.objects.filter(contact=her_data).exists()
    assert not Subscription.objects.filter(contact=her_data).exists()


def test_a_letter_that_waits_is_skipped_as_erased(her_data, officer):
    queued = Delivery.objects.get(contact=her_data, status="queued")
    erase(her_data, actor=officer, reason="asked")
    sending.run(queued.mailing_id)
    queued.refresh_from_db()
    assert (queued.status, queued.skip_reason) == ("skipped", "erased")


def test_erasing_again_changes_nothing(her_data, officer):
    erase(her_data, actor=officer, reason="asked")
    before = list(every_value())
    assert erase(her_data, actor=officer, reason="asked") is False
    assert list(every_value()) == before


def test_the_trail_tells_it_without_the_name(her_data, officer):
    erase(her_data, actor=officer, reason="asked")
    event = AuditEvent.objects.latest("id")
    assert event.sentence == "erased a contact: the person asked for it"
    assert (event.object_type, event.object_id, event.object_label) == ("contacts.contact", str(her_data.pk), "")


def test_an_unknown_reason_is_refused_and_nothing_is_erased(aoife, officer):
    with pytest.raises(KeyError):
        erase(aoife, actor=officer, reason="because Aoife said so")
    aoife.refresh_from_db()
    assert aoife.erased_at is None


def test_an_address_that_is_somebody_elses_now_is_not_blocked(her_data, officer):
    heir = ContactFactory(email=FORMER)
    erase(her_data, actor=officer, reason="asked")
    assert not Suppression.objects.filter(email_digest=heir.email_digest).exists()
    heir.refresh_from_db()
    assert heir.email == FORMER


def test_uploads_that_name_the_person_go_and_others_stay(her_data, officer):
    other = ImportRun.objects.create(
        source="sheet", file_name="o.csv", file_digest="o", as_of=timezone.localdate(), status="uploaded"
    )
    kept = ImportFile.objects.create(run=other, data=b"name;email\nBen;ben@home.example\n")
    packed, book = io.BytesIO(), Workbook()
    book.active.append(["Brennan, Aoife"])
    book.save(packed)
    third = ImportRun.objects.create(
        source="sheet", file_name="g.xlsx", file_digest="g", as_of=timezone.localdate(), status="uploaded"
    )
    ImportFile.objects.create(run=third, data=packed.getvalue())
    erase(her_data, actor=officer, reason="asked")
    assert list(ImportFile.objects.all()) == [kept]
    assert not RawAnswer.objects.exists()


def test_other_people_keep_what_they_have(her_data, officer):
    other = ContactFactory(given_name="Aoife", family_name="Byrne", email="byrne@parliament.example")
    erase(her_data, actor=officer, reason="asked")
    other.refresh_from_db()
    assert (other.name, other.email) == ("Aoife Byrne", "byrne@parliament.example")
    left = {"contact": her_data.pk + 1, "kind": "changed", "fields": {"country": ["", "IE"]}}
    assert ImportRun.objects.get().changes == [left]


def test_what_stays_about_an_erased_person_stays_for_a_written_reason():
    """Whoever adds a model that points to a contact decides here: delete its rows, or say why they stay."""
    direct = {model._meta.label for model, lookups in routes().items() if any("__" not in path for path in lookups)}
    assert set(registry.kept_on_erasure) <= direct
    assert all(len(reason) > 10 for reason in registry.kept_on_erasure.values())
    for label in registry.kept_on_erasure:
        assert apps.get_model(label)
