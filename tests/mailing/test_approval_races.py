"""Two people at one letter in the same moment: threads on connections of their own, both orders, never a mixture."""

import threading

import pytest
from django.db import connection

from mailing import lifecycle
from mailing.drafting import Conflict, Words, save_text
from mailing.lifecycle import LifecycleError, Moved
from mailing.models import Delivery, DeliveryChunk, Mailing, MailingContent, Review
from tests.patience import join_all

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds):
    """Do these in the same moment, each in a thread; gives what each gave or raised, in their order."""
    barrier, found = threading.Barrier(len(deeds)), [None] * len(deeds)

    def do(number, deed):
        try:
            barrier.wait(10)
            found[number] = deed()
        except (LifecycleError, Conflict) as error:
            found[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(number, deed), daemon=True) for number, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    join_all(threads, 60, "those at work")
    return found


def fresh():
    return Mailing.objects.select_related("sender", "owner").get()


def edit(officer, subject, edition=1):
    content = MailingContent.objects.get()
    return save_text(fresh(), "en", Words(subject, content.body, True), edition=edition, actor=officer)


def test_two_approvals_at_once_are_one(waiting, approver, administrator):
    digest = waiting.review_digest
    found = at_once(
        lambda: lifecycle.approve(fresh(), actor=approver, digest=digest),
        lambda: lifecycle.approve(fresh(), actor=administrator, digest=digest),
    )
    assert sorted(isinstance(one, Moved) for one in found) == [False, True]
    assert Delivery.objects.count() == fresh().recipients == 2
    assert Review.objects.count() == 1
    assert Review.objects.get().reader_id == fresh().approver_id


def test_an_edit_beside_an_approval_leaves_a_draft_and_no_frozen_row(waiting, officer, approver):
    digest = waiting.review_digest
    edited, approved = at_once(
        lambda: edit(officer, "Edited in that moment"),
        lambda: lifecycle.approve(fresh(), actor=approver, digest=digest),
    )
    assert edited.changed
    # Either the edit came first and the approval was refused, or it came second and took the approval back.
    assert isinstance(approved, Moved) or edited.withdrew
    assert (fresh().status, fresh().approver, fresh().approved_digest) == ("draft", None, "")
    assert not Delivery.objects.exists()
    assert not DeliveryChunk.objects.exists()
    for review in Review.objects.all():
        assert review.parts["texts"][0][1] == "Compensation for victims"


def test_two_editors_at_once_overwrite_nothing(letter, officer, approver):
    found = at_once(lambda: edit(officer, "Mine"), lambda: edit(approver, "Theirs"))
    refused = [one for one in found if isinstance(one, Conflict)]
    assert len(refused) == 1
    kept = MailingContent.objects.get()
    assert kept.edition == 2
    assert kept.subject == next(one for one in found if not isinstance(one, Conflict)).content.subject
    assert refused[0].theirs.subject == kept.subject


def test_an_undo_beside_the_start_either_stops_all_or_comes_too_late(approved, officer):
    lifecycle.schedule(approved, actor=officer)
    undone, started = at_once(lambda: lifecycle.undo(fresh(), actor=officer), lifecycle.start_due)
    if isinstance(undone, LifecycleError):
        assert started == [approved.pk]
        assert (fresh().status, Delivery.objects.count()) == ("sending", 2)
    else:
        assert started == []
        assert (fresh().status, Delivery.objects.count()) == ("draft", 0)


def test_an_approval_beside_a_request_for_changes_is_one_of_them(waiting, approver, administrator):
    digest = waiting.review_digest
    found = at_once(
        lambda: lifecycle.approve(fresh(), actor=approver, digest=digest),
        lambda: lifecycle.ask_changes(fresh(), actor=administrator, note="Softer."),
    )
    assert sorted(isinstance(one, Moved) for one in found) == [False, True]
    is_approved = fresh().status == "approved"
    assert Delivery.objects.exists() == is_approved
    assert Review.objects.get().decision == ("approved" if is_approved else "changes")
