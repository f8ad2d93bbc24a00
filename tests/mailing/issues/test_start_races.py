"""An issue at the moment of its start: two starts, an edit, an undo, people who come and go. Never a mixture."""

import threading

import pytest
from django.db import connection, transaction

from contacts import consent
from contacts.models import ContactList
from mailing import audience, lifecycle, recounting
from mailing.dispatch.claiming import claim_chunk
from mailing.dispatch.window import open_window
from mailing.lifecycle import LifecycleError, Moved
from mailing.models import Delivery, DeliveryChunk, Mailing
from tests.mailing.issues.readers import subscribe
from tests.mailing.test_approval_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

# On SQLite whoever writes has the whole file.
only_postgresql = pytest.mark.only_postgresql


def fresh():
    return Mailing.objects.select_related("sender", "owner").get()


@pytest.fixture
def in_the_middle(monkeypatch):
    """Does something on a connection of its own when the rows are written and not committed: in_the_middle(deed)."""

    def when_written(deed):
        written = audience.write_deliveries

        def go():
            try:
                deed()
            finally:
                connection.close()

        def write(mailing):
            counts = written(mailing)
            thread = threading.Thread(target=go)
            thread.start()
            thread.join(20)
            assert not thread.is_alive(), "the freeze held it up"
            return counts

        monkeypatch.setattr(audience, "write_deliveries", write)

    return when_written


def edit(officer):
    with transaction.atomic():
        row = lifecycle.record_edit(fresh(), actor=officer, what="changed the English text")
        row.contents.filter(language="en").update(subject="Another")


def assert_nothing_is_frozen():
    assert not Delivery.objects.exists()
    assert not DeliveryChunk.objects.exists()
    assert fresh().frozen_at is None


def test_two_starts_at_once_are_one(due):
    found = at_once(lambda: recounting.begin(due.pk), lambda: recounting.begin(due.pk))
    assert sorted(found) == [False, True]
    assert Delivery.objects.count() == 10
    assert fresh().transitions.filter(to_status="sending").count() == 1


@only_postgresql
def test_a_second_freeze_in_the_middle_of_the_first_leaves_one(due, monkeypatch):
    """As when the first took longer than its lease: both write the rows, and the database lets one of them stand."""
    written, both = audience.write_deliveries, threading.Barrier(2)

    def write(mailing):
        both.wait(20)
        return written(mailing)

    monkeypatch.setattr(audience, "write_deliveries", write)
    monkeypatch.setattr(recounting, "LEASE", -recounting.LEASE)
    found = at_once(lambda: recounting.begin(due.pk), lambda: recounting.begin(due.pk))
    assert sorted(found) == [False, True]
    assert (fresh().status, Delivery.objects.count()) == ("sending", 10)
    assert fresh().transitions.filter(to_status="sending").count() == 1


@only_postgresql
@pytest.mark.parametrize(
    ("deed", "status"),
    [
        (lambda officer: lifecycle.undo(fresh(), actor=officer), "draft"),
        (lambda officer: lifecycle.withdraw(fresh(), actor=officer), "draft"),
        (edit, "draft"),
        (lambda officer: lifecycle.pause(fresh(), officer, "Paused."), "approved"),
        (lambda officer: lifecycle.stop_the_rest(fresh(), actor=officer), "cancelled"),
        (lambda officer: lifecycle.cancel(fresh(), actor=officer), "cancelled"),
        (lambda _officer: ContactList.objects.update(counts_clicks=True), "draft"),
    ],
    ids=["undo", "withdraw", "edit", "pause", "stop", "cancel", "counting"],
)
def test_what_a_person_does_in_the_middle_of_the_freeze_is_not_held_up_and_wins(
    due, officer, in_the_middle, deed, status
):
    in_the_middle(lambda: deed(officer))
    assert not recounting.begin(due.pk)
    assert fresh().status == status
    assert_nothing_is_frozen()


@only_postgresql
def test_who_leaves_in_the_middle_of_the_freeze_is_in_it_and_gets_nothing(due, monthly, in_the_middle):
    gone = monthly.subscriptions.order_by("pk").first().contact
    in_the_middle(lambda: consent.leave(gone, monthly, source="unsubscribe page"))
    assert recounting.begin(due.pk)
    going = open_window(claim_chunk(due.pk, "a worker"), fresh(), size=50)
    assert gone.pk not in {row.contact_id for row in going}
    assert len(going) == 9
    assert Delivery.objects.get(contact=gone).skip_reason == "objected"


@only_postgresql
def test_who_confirms_in_the_middle_of_the_freeze_gets_the_next_issue(due, monthly, in_the_middle):
    in_the_middle(lambda: subscribe(monthly))
    assert recounting.begin(due.pk)
    assert (fresh().recipients, Delivery.objects.count()) == (10, 10)


@pytest.mark.parametrize("deed", [edit, lambda officer: lifecycle.undo(fresh(), actor=officer)], ids=["edit", "undo"])
def test_an_edit_or_an_undo_at_the_moment_of_the_start_stops_all_or_comes_too_late(due, officer, deed):
    done, started = at_once(lambda: deed(officer), lambda: recounting.begin(due.pk))
    if isinstance(done, LifecycleError):
        assert started
        assert (fresh().status, Delivery.objects.count()) == ("sending", 10)
    else:
        assert not started
        assert fresh().status == "draft"
        assert_nothing_is_frozen()


def test_two_approvals_at_once_are_one(reviewed, readers, officer, approver, administrator):
    readers(3)
    row = lifecycle.submit(reviewed, actor=officer, approver=approver)
    found = at_once(
        lambda: lifecycle.approve(fresh(), actor=approver, digest=row.review_digest),
        lambda: lifecycle.approve(fresh(), actor=administrator, digest=row.review_digest),
    )
    assert sorted(isinstance(one, Moved) for one in found) == [False, True]
    assert fresh().reviews.count() == 1
