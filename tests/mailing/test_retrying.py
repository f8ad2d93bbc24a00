"""Letters that failed are tried again by a person: by the retry lane, once, and never one that may have arrived."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import AuditEvent
from mailing import bell, lifecycle, outcomes, retrying
from mailing.dispatch import sending
from mailing.dispatch.store import counts
from mailing.models import Delivery, DeliveryEvent, Mailing
from mailing.outcomes import Outcome
from tests.letters import letter_being_sent
from tests.mailing.transports import FakeTransport
from transport.errors import OutcomeUnknown, PermanentError, Phase, TransientError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rung(monkeypatch, settings):
    """The bells rung in a test; no worker hears them, and no heartbeat runs beside it."""
    settings.LEASE_SECONDS = 30
    found = []
    monkeypatch.setattr(bell, "ring", lambda mailing_id: found.append(mailing_id) or True)
    return found


def sent_with(answers, people=3, **fields):
    """A letter after its first turn; `answers` by number of the recipient. Gives mailing and transport."""
    mailing = letter_being_sent(people, **fields)
    by_address = dict(zip(mailing.deliveries.order_by("id").values_list("email", flat=True), answers, strict=False))
    transport = FakeTransport(by_address.get)
    sending.run(mailing.pk, open_with=transport)
    mailing.refresh_from_db()
    return mailing, transport


def late():
    """Put off after so long that the engine gives up (RELIABILITY 2)."""
    return TransientError("Try later.", code="452", enhanced="4.2.2", phase=Phase.RCPT)


@pytest.fixture
def given_up():
    """Three people: one accepted, two put off until the engine gave up. The mailing has finished."""
    mailing, transport = sent_with([None, late(), late()])
    Mailing.objects.filter(pk=mailing.pk).update(started_at=timezone.now() - timedelta(days=6))
    mailing.deliveries.filter(next_attempt_at__isnull=False).update(next_attempt_at=timezone.now())
    sending.run(mailing.pk, open_with=transport)
    mailing.refresh_from_db()
    assert mailing.status == "finished"
    assert counts(mailing.pk)["failed"] == 2
    return mailing


def test_all_that_failed_for_a_passing_reason_leave_again_and_each_once(given_up, officer, rung):
    transport = FakeTransport()
    assert retrying.retry_passing(given_up, actor=officer) == 2
    given_up.refresh_from_db()
    assert given_up.status == "sending"
    now = counts(given_up.pk)
    assert (now["sent"], now["delayed"], now["failed"]) == (1, 2, 0)
    sending.run(given_up.pk, open_with=transport)
    given_up.refresh_from_db()
    assert given_up.status == "finished"
    assert counts(given_up.pk)["sent"] == 3
    failed_before = given_up.deliveries.filter(events__kind=retrying.RETRIED).values_list("email", flat=True)
    assert sorted(transport.recipients) == sorted(failed_before)
    with pytest.raises(lifecycle.LifecycleError, match="none failed for a passing reason"):
        retrying.retry_passing(given_up, actor=officer)


def test_what_the_server_said_before_stays_in_the_history_of_each(given_up, officer):
    retrying.retry_passing(given_up, actor=officer)
    told = DeliveryEvent.objects.filter(kind=retrying.RETRIED)
    assert [(event.detail, event.actor_label) for event in told] == [("4.2.2 Try later.", "Boris Editor")] * 2
    assert AuditEvent.objects.filter(sentence__contains="tried again that had failed for a passing reason").count() == 1


def test_trying_all_again_takes_as_many_statements_for_ten_as_for_two(officer, django_assert_num_queries):
    counted = []
    for people in (2, 10):
        mailing = letter_being_sent(people, status="paused")
        mailing.deliveries.update(status="failed", error_kind="transient", failed_at=timezone.now())
        with transaction.atomic(), CaptureLength() as found:
            retrying.retry_passing(mailing, actor=officer)
        counted.append(found.number)
    assert counted[0] == counted[1]


class CaptureLength:
    """How many statements were run inside."""

    def __enter__(self):
        connection.force_debug_cursor = True
        self.before = len(connection.queries_log)
        return self

    def __exit__(self, *details):
        self.number = len(connection.queries_log) - self.before
        connection.force_debug_cursor = False


@pytest.mark.parametrize(
    ("error", "may"),
    [
        (PermanentError("No.", code="552", enhanced="5.2.2"), True),
        (PermanentError("No.", code="550", enhanced="5.7.1"), True),
        (OutcomeUnknown("The connection was lost.", phase=Phase.DOT), False),
        (None, False),
    ],
)
def test_one_letter_is_tried_again_only_when_it_certainly_did_not_arrive(officer, error, may):
    mailing, _transport = sent_with([error], people=1)
    row = mailing.deliveries.get()
    assert (retrying.why_not_again(row) == "") is may
    if not may:
        with pytest.raises(lifecycle.Moved):
            retrying.retry(row, actor=officer)
        return
    transport = FakeTransport()
    retrying.retry(row, actor=officer)
    sending.run(mailing.pk, open_with=transport)
    row.refresh_from_db()
    assert (row.status, len(transport.taken)) == ("sent", 1)


def test_a_letter_treated_as_not_sent_is_not_sent_a_second_time(officer):
    mailing, _transport = sent_with([OutcomeUnknown("Lost.", phase=Phase.DOT)], people=1)
    row = mailing.deliveries.get()
    lifecycle.settle(row, actor=officer, decision="treat_as_not_sent")
    assert "Nobody knows whether this letter arrived" in retrying.why_not_again(row)
    with pytest.raises(lifecycle.Moved):
        retrying.retry(row, actor=officer)


@pytest.mark.parametrize("kind", [outcomes.REPLIED, outcomes.DELIVERED, outcomes.COMPLAINED, outcomes.AUTO_REPLIED])
def test_a_sign_that_a_copy_arrived_forbids_a_second_one(officer, kind):
    mailing, _transport = sent_with([late()], people=1)
    row = mailing.deliveries.get()
    Delivery.objects.filter(pk=row.pk).update(
        status="failed", error_kind="transient", next_attempt_at=None, failed_at=timezone.now()
    )
    row.refresh_from_db()
    assert retrying.why_not_again(row) == ""
    outcomes.apply(row, Outcome(kind, key="mail:1", at=timezone.now()))
    with pytest.raises(lifecycle.Moved):
        retrying.retry(row, actor=officer)
    with pytest.raises(lifecycle.LifecycleError):
        retrying.retry_passing(mailing, actor=officer)


def test_pressing_twice_sends_once(officer):
    mailing, _transport = sent_with([PermanentError("No.", code="552", enhanced="5.2.2")], people=1)
    row = mailing.deliveries.get()
    retrying.retry(row, actor=officer)
    with pytest.raises(lifecycle.Moved):
        retrying.retry(row, actor=officer)
    assert row.events.filter(kind=retrying.RETRIED).count() == 1


def test_nothing_of_a_stopped_mailing_is_tried_again(given_up, officer):
    Mailing.objects.filter(pk=given_up.pk).update(status="cancelled")
    row = given_up.deliveries.filter(status="failed").first()
    for attempt in (
        lambda: retrying.retry(row, actor=officer),
        lambda: retrying.retry_passing(given_up, actor=officer),
    ):
        with pytest.raises(lifecycle.LifecycleError, match="was stopped"):
            attempt()


def test_a_paused_mailing_waits_for_whoever_resumes_it(officer):
    mailing, _transport = sent_with([PermanentError("No.", code="552", enhanced="5.2.2"), late()], people=2)
    assert lifecycle.pause(mailing, officer, "A look first.")
    retrying.retry(mailing.deliveries.get(status="failed"), actor=officer)
    mailing.refresh_from_db()
    assert mailing.status == "paused"
    transport = FakeTransport()
    assert sending.run(mailing.pk, open_with=transport) == 0


def test_who_objected_meanwhile_is_left_out_when_it_is_tried_again(officer):
    from contacts.suppression import suppress

    mailing, _transport = sent_with([PermanentError("No.", code="552", enhanced="5.2.2")], people=1)
    row = mailing.deliveries.get()
    suppress(row.email, scope="letters", reason="objection")
    retrying.retry(row, actor=officer)
    transport = FakeTransport()
    sending.run(mailing.pk, open_with=transport)
    row.refresh_from_db()
    assert (row.status, row.skip_reason, transport.taken) == ("skipped", "objected", [])


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_try_all_again_at_once_and_each_letter_waits_once(officer, approver):
    mailing = letter_being_sent(6, status="paused")
    mailing.deliveries.update(status="failed", error_kind="transient", failed_at=timezone.now())

    def press(actor):
        try:
            return retrying.retry_passing(mailing, actor=actor)
        except lifecycle.LifecycleError:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, [officer, approver])) == [0, 6]
    told = DeliveryEvent.objects.filter(kind=retrying.RETRIED).values("delivery").annotate(n=Count("pk"))
    assert [row["n"] for row in told] == [1] * 6
