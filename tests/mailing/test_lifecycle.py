"""A mailing moves only along the table, once, and every move is written down."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from mailing import lifecycle
from mailing.models import Delivery, DeliveryChunk, Mailing, MailingTransition
from tests.factories import MailingFactory, UserFactory
from transport.models import SystemMail

pytestmark = pytest.mark.django_db
STATES = list(Mailing.Status.values)

# DESIGN 3, written out once more: draft → in_review → approved → scheduled → sending ⇄ paused → finished; draft…paused
# → cancelled; in_review, approved, scheduled → draft. finished → sending is a person's "send again".
ALLOWED = {
    *product(["draft", "in_review", "approved", "scheduled", "sending", "paused"], ["cancelled"]),
    *product(["in_review", "approved", "scheduled"], ["draft"]),
    ("draft", "in_review"),
    ("in_review", "approved"),
    ("approved", "scheduled"),
    ("scheduled", "sending"),
    # An issue asks before it starts, or is paused before that.
    ("scheduled", "approved"),
    ("sending", "paused"),
    ("paused", "sending"),
    ("sending", "finished"),
    ("paused", "finished"),
    ("finished", "sending"),
}


def mailing_in(status, approver):
    """A mailing in a state, with what the database asks of that state."""
    now = timezone.now()
    final = status in ("finished", "cancelled")
    return MailingFactory(
        status=status,
        approver=approver,
        approved_at=now,
        frozen_at=now,
        scheduled_at=now,
        finished_at=now if final else None,
    )


@pytest.mark.parametrize(("old", "new"), list(product(STATES, STATES)))
def test_every_pair_of_states(old, new, officer, approver):
    mailing = mailing_in(old, approver)
    if (old, new) in ALLOWED:
        lifecycle.move_to(mailing, new, actor=officer)
        mailing.refresh_from_db()
        assert mailing.status == new
        moved = MailingTransition.objects.get(mailing=mailing)
        assert (moved.from_status, moved.to_status, moved.actor_label) == (old, new, "Boris Editor")
        assert AuditEvent.objects.filter(object_id=str(mailing.pk), object_type="mailing.mailing").count() == 1
        return
    with pytest.raises(lifecycle.LifecycleError):
        lifecycle.move_to(mailing, new, actor=officer)
    mailing.refresh_from_db()
    assert mailing.status == old
    assert not MailingTransition.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_move_from_a_state_that_has_passed_changes_nothing(officer, approver):
    mailing = mailing_in("sending", approver)
    stale = Mailing.objects.get(pk=mailing.pk)
    lifecycle.pause(mailing, officer)
    with pytest.raises(lifecycle.Moved):
        lifecycle.move_to(stale, "finished", actor=None)
    assert MailingTransition.objects.count() == 1


def test_sending_it_for_approval_asks_the_colleague_and_seals_what_is_read(waiting, approver):
    waiting.refresh_from_db()
    assert (waiting.status, waiting.matched, waiting.recipients) == ("in_review", 2, 2)
    assert waiting.review_digest == lifecycle.reading_digest(waiting)[0]
    mail = SystemMail.objects.get(purpose="approval-asked")
    assert mail.to == approver.email
    assert mail.context["reference"] == waiting.reference


def test_a_letter_with_an_empty_audience_cannot_be_sent_for_approval(letter, officer, approver):
    with pytest.raises(lifecycle.LifecycleError, match="Nobody gets this letter"):
        lifecycle.submit(letter, actor=officer, approver=approver)


def test_an_officer_cannot_be_asked_to_approve(letter, member, officer):
    member()
    with pytest.raises(lifecycle.NotAllowed, match="may not approve"):
        lifecycle.submit(letter, actor=officer, approver=UserFactory(role="officer"))


def test_approval_freezes_what_was_read(waiting, approver):
    lifecycle.approve(waiting, actor=approver, digest=waiting.review_digest)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.approver, waiting.recipients) == ("approved", approver, 2)
    assert waiting.approved_digest == waiting.review_digest
    assert Delivery.objects.filter(mailing=waiting, status="queued").count() == 2
    assert "approved version" in AuditEvent.objects.first().sentence


def test_approving_ones_own_letter_is_refused_by_the_function(letter, member, approver, administrator):
    member()
    lifecycle.submit(letter, actor=approver, approver=administrator)
    with pytest.raises(lifecycle.NotAllowed, match="your own letter"):
        lifecycle.approve(letter, actor=approver, digest=letter.review_digest)
    assert not Delivery.objects.exists()


def test_approving_ones_own_letter_is_refused_by_the_database(approver):
    mailing = MailingFactory(status="in_review", submitted_by=approver)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mailing.objects.filter(pk=mailing.pk).update(status="approved", approver=approver, approved_at=timezone.now())


def test_who_wrote_it_cannot_approve_it_after_a_colleague_submitted_it(letter, member, officer, administrator):
    Mailing.objects.filter(pk=letter.pk).update(author=administrator)
    member()
    with pytest.raises(lifecycle.NotAllowed, match="your own letter"):
        lifecycle.submit(letter, actor=officer, approver=administrator)


def test_an_audience_that_moved_since_it_was_read_is_refused_with_both_numbers(waiting, member, approver):
    digest, seen = lifecycle.reading_digest(waiting)
    member()
    with pytest.raises(lifecycle.Moved, match=r"2 then, 3 now\. Read it again"):
        lifecycle.approve(waiting, actor=approver, digest=digest, seen=seen.recipients)
    waiting.refresh_from_db()
    assert waiting.status == "in_review"
    assert waiting.frozen_at is None
    assert not Delivery.objects.exists()
    assert not DeliveryChunk.objects.exists()


def test_another_address_of_the_same_number_of_people_is_refused_too(waiting, approver):
    digest = waiting.review_digest
    person = lifecycle.reading_digest(waiting)[1].recipient_keys[0][0]
    from contacts.models import Contact

    contact = Contact.objects.get(pk=person)
    contact.email = "new.office@parliament.example"
    contact.save()
    with pytest.raises(lifecycle.Moved, match="changed since you read it"):
        lifecycle.approve(waiting, actor=approver, digest=digest)


def test_two_people_who_approve_at_once_approve_once(waiting, approver, administrator):
    lifecycle.approve(waiting, actor=approver, digest=waiting.review_digest)
    with pytest.raises(lifecycle.Moved):
        lifecycle.approve(waiting, actor=administrator, digest=waiting.review_digest)
    assert Delivery.objects.filter(mailing=waiting).count() == 2


def test_changes_are_asked_with_a_comment_only(waiting, approver):
    with pytest.raises(lifecycle.LifecycleError, match="Say what should change"):
        lifecycle.ask_changes(waiting, actor=approver, note="  ")
    lifecycle.ask_changes(waiting, actor=approver, note="Ask 5 is missing.")
    waiting.refresh_from_db()
    assert (waiting.status, waiting.review_note, waiting.submitted_by) == ("draft", "Ask 5 is missing.", None)


@pytest.mark.parametrize("then", ["in_review", "approved", "scheduled"])
def test_any_edit_withdraws_it_to_draft_and_takes_the_frozen_rows(waiting, officer, approver, then):
    if then != "in_review":
        lifecycle.approve(waiting, actor=approver, digest=waiting.review_digest)
    if then == "scheduled":
        lifecycle.schedule(waiting, actor=officer)
    version = Mailing.objects.get(pk=waiting.pk).version
    with transaction.atomic():
        lifecycle.record_edit(waiting, actor=officer, what="changed the audience")
    row = Mailing.objects.get(pk=waiting.pk)
    assert (row.status, row.approver, row.approved_at, row.approved_digest) == ("draft", None, None, "")
    assert (row.frozen_at, row.scheduled_at, row.recipients, row.version) == (None, None, None, version + 1)
    assert not Delivery.objects.exists()
    assert not DeliveryChunk.objects.exists()
    assert MailingTransition.objects.last().note == "Withdrawn by an edit."


def test_an_edit_after_the_start_is_refused(approved, officer, start):
    start(approved)
    with pytest.raises(lifecycle.LifecycleError, match="Sending has started"), transaction.atomic():
        lifecycle.record_edit(approved, actor=officer, what="changed the text")


def test_now_is_held_for_the_undo_time(approved, officer, settings):
    settings.SEND_HOLD_SECONDS = 120
    lifecycle.schedule(approved, actor=officer)
    row = Mailing.objects.get(pk=approved.pk)
    assert timedelta(seconds=110) < row.scheduled_at - timezone.now() <= timedelta(seconds=120)
    assert lifecycle.start_due() == []


def test_a_time_that_has_passed_is_refused(approved, officer):
    with pytest.raises(lifecycle.LifecycleError, match="has passed"):
        lifecycle.schedule(approved, actor=officer, at=timezone.now() - timedelta(minutes=1))


def test_undo_before_the_start_takes_it_back_to_draft(approved, officer):
    lifecycle.schedule(approved, actor=officer, at=timezone.now() + timedelta(days=2))
    lifecycle.undo(approved, actor=officer)
    row = Mailing.objects.get(pk=approved.pk)
    assert (row.status, row.scheduled_at, row.approver) == ("draft", None, None)
    assert not Delivery.objects.exists()


def test_undo_after_the_start_is_refused(approved, officer, start):
    assert start(approved) == [approved.pk]
    with pytest.raises(lifecycle.LifecycleError, match="It has started"):
        lifecycle.undo(approved, actor=officer)


def test_what_is_due_starts_once_and_is_listed_until_it_ends(approved, officer, start):
    assert start(approved) == [approved.pk]
    assert lifecycle.start_due() == [approved.pk]
    assert MailingTransition.objects.filter(to_status="sending").count() == 1
    row = Mailing.objects.get(pk=approved.pk)
    assert row.started_at is not None


def test_pause_and_resume(approved, officer, start):
    start(approved)
    assert lifecycle.pause(approved, officer, "Lunch.") is True
    assert lifecycle.pause(approved, None, "again") is False
    assert lifecycle.start_due() == []
    assert Mailing.objects.get(pk=approved.pk).pause_reason == "Lunch."
    lifecycle.resume(approved, actor=officer)
    row = Mailing.objects.get(pk=approved.pk)
    assert (row.status, row.pause_reason) == ("sending", "")
    assert AuditEvent.objects.first().sentence == f"resumed {approved.reference}"


def test_a_letter_given_up_in_review_leaves_no_numbers_behind(waiting, officer):
    lifecycle.cancel(waiting, actor=officer)
    row = Mailing.objects.get(pk=waiting.pk)
    assert (row.status, row.matched, row.recipients) == ("cancelled", None, None)


def test_a_letter_given_up_after_approval_has_every_row_cancelled(approved, officer):
    lifecycle.cancel(approved, actor=officer)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"cancelled"}
    with pytest.raises(lifecycle.LifecycleError):
        lifecycle.cancel(approved, actor=officer)
