"""What the platform or a colleague did to a subscription is not told as the reader's own deed."""

import pytest
from django.utils import timezone

from contacts import consent
from contacts.consent_story import consents
from contacts.imports.subscriber_undo import TAKEN_BACK
from contacts.models import ConsentRecord, ContactList, Subscription
from contacts.suppression import suppress
from mailing import endings
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def newest(reader):
    return next(iter(consents(reader.contact)))


@pytest.mark.parametrize(
    ("reason", "title"),
    [
        ("complaint", "Taken off “Network” after a complaint to the mail provider."),
        ("hard_bounce", "Taken off “Network”: the mailbox is gone."),
    ],
)
def test_an_end_by_what_came_back_says_so(reader, reason, title):
    suppress(reader.contact, reason=reason)
    endings.end_gone()
    assert newest(reader).title == title


@pytest.mark.parametrize(
    ("limit", "title"),
    [
        (1, "Taken off “Network” after 1 message that could not be delivered."),
        (3, "Taken off “Network” after 3 messages that could not be delivered."),
    ],
)
def test_silence_says_after_how_many_messages(reader, limit, title):
    reader.contact_list.soft_bounce_limit = limit
    assert endings._end(reader, "silent")
    # The limit may change later; the proof is of that day.
    ContactList.objects.update(soft_bounce_limit=9)
    assert newest(reader).title == title


def test_an_older_proof_of_silence_is_told_without_a_number(reader):
    consent.leave(reader.contact, reader.contact_list, source="several issues in a row came back", ended_by="silent")
    assert newest(reader).title == "Taken off “Network” after several messages that could not be delivered."


def test_who_is_brought_back_did_not_come_back_by_themselves(reader, officer):
    endings._end(reader, "silent")
    assert endings.bring_back(reader, actor=officer)
    assert newest(reader).title == "Brought back to “Network” by a colleague."


def test_a_colleague_who_ends_it_is_named_as_one(reader, officer):
    consent.end(reader.contact, reader.contact_list, actor=officer)
    assert newest(reader).title == "Taken off “Network” by a colleague, as the person asked."


def test_an_import_that_was_taken_back_is_no_leaving(reader):
    ConsentRecord.objects.create(
        contact=reader.contact,
        contact_list=reader.contact_list,
        action="unsubscribed",
        wording=TAKEN_BACK,
        source=consent.BY_UNDOING,
    )
    assert newest(reader).title == "Taken off “Network”: the import was taken back."


@pytest.mark.parametrize("source", ["settings", "link, LSI-N-2026-001", "the mailbox is gone, link"])
def test_who_leaves_by_themselves_left(reader, source):
    consent.leave(reader.contact, reader.contact_list, source=source)
    assert newest(reader).title == "Left “Network”."


def test_somebody_added_by_a_colleague_is_noted_as_such(letter, officer):
    made = consent.import_with_proof(
        ContactFactory(), letter, source="Paper form", given_on=timezone.localdate(), actor=officer
    )
    assert (made.source, made.status) == ("colleague", "active")
    assert Subscription.objects.get().source == "colleague"
