"""A worker's turn: when it ends, whom it calls, and what stops it in the middle."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mailing import bell, lifecycle
from mailing.dispatch import sending
from mailing.dispatch.leases import LeaseLost
from mailing.models import DeliveryEvent, Mailing
from tests.letters import in_one_chunk, letter_being_sent, statuses
from tests.mailing.transports import FakeTransport
from transport.errors import OutcomeUnknown, PermanentError, Phase, TransientError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    """The bells rung in a test; no worker is there to hear them."""
    found = []
    monkeypatch.setattr(bell, "ring", lambda mailing_id: found.append(mailing_id) or True)
    return found


@pytest.fixture(autouse=True)
def long_lease(settings):
    """No heartbeat within a test: its thread would wait for the test's own transaction."""
    settings.LEASE_SECONDS = 30


def test_a_lease_lost_before_the_dot_leaves_the_letter_to_others():
    mailing = letter_being_sent(2)
    lost = [LeaseLost()]
    transport = FakeTransport(lambda to: lost.pop() if lost else None)

    sending.run(mailing.pk, open_with=transport)

    assert sorted(transport.recipients) == sorted(mailing.deliveries.values_list("email", flat=True))


def test_results_of_a_worker_that_lost_its_chunk_are_refused_and_kept_as_evidence():
    mailing = letter_being_sent(2)

    def taken_over(recipient):
        mailing.chunks.update(owner="somebody:else")

    transport = FakeTransport(taken_over)
    sending.run(mailing.pk, open_with=transport)

    assert len(transport.taken) == 1
    assert statuses(mailing) == ["queued", "queued"]
    assert DeliveryEvent.objects.get().kind == "late_answer"
    assert mailing.chunks.get().owner == "somebody:else"


def test_a_turn_ends_when_its_time_is_up_and_rings_for_the_rest(rung):
    mailing = letter_being_sent(3)
    transport = FakeTransport()

    assert sending.run(mailing.pk, open_with=transport, budget=0) == 0

    assert rung == [mailing.pk]
    assert set(mailing.chunks.values_list("owner", flat=True)) == {""}


def test_a_turn_calls_one_colleague_when_there_is_more_than_it_holds(rung):
    mailing = letter_being_sent(40, chunk=10)

    sending.run(mailing.pk, open_with=FakeTransport())

    assert rung == [mailing.pk]


def test_a_bell_for_a_mailing_without_work_opens_no_connection():
    mailing = letter_being_sent(1, status="paused")
    transport = FakeTransport(lambda to: pytest.fail("opened"))

    assert sending.run(mailing.pk, open_with=transport) == 0
    assert sending.run(10**9, open_with=transport) == 0


def test_a_pause_in_the_middle_opens_no_new_window():
    mailing = letter_being_sent(5)

    def pause(recipient):
        if len(transport.taken) == 1:
            Mailing.objects.filter(pk=mailing.pk).update(status="paused")

    transport = FakeTransport(pause)
    sending.run(mailing.pk, open_with=transport)

    assert statuses(mailing) == ["sent", "sent", "queued", "queued", "queued"]
    assert set(mailing.chunks.values_list("owner", "window_lo")) == {("", None)}


def test_a_newsletter_goes_in_windows_and_each_is_one_update(monkeypatch):
    monkeypatch.setattr(sending, "FIRST_WINDOW", 50)
    monkeypatch.setattr(sending, "WINDOW_SECONDS", 60.0)
    mailing = in_one_chunk(letter_being_sent(120, kind="newsletter"))

    with CaptureQueriesContext(connection) as queries:
        assert sending.run(mailing.pk, open_with=FakeTransport()) == 120

    written = [query["sql"] for query in queries if query["sql"].startswith("\nUPDATE mailing_delivery AS d")]
    assert len(written) == 3


def test_no_address_is_logged(caplog):
    mailing = letter_being_sent(4)
    errors = [RuntimeError("x"), OutcomeUnknown("lost", phase=Phase.DOT), PermanentError("no", code="550")]
    transport = FakeTransport(lambda to: errors.pop() if errors else None)

    with caplog.at_level("DEBUG"):
        sending.run(mailing.pk, open_with=transport)
        sending.run(mailing.pk, open_with=transport)

    assert ".example" not in caplog.text.replace("platform.example", "")
    assert statuses(mailing) == ["failed", "uncertain", "uncertain", "sent"]


@pytest.mark.parametrize(
    ("sent", "seconds", "size"), [(10, 0.001, 20), (20, 0.5, 40), (40, 0.1, 50), (50, 2.0, 25), (1, 30.0, 1)]
)
def test_a_window_covers_a_second_of_sending_and_grows_to_at_most_double(sent, seconds, size):
    assert sending._fitting(sent, seconds, 50) == size


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TransientError("Later.", code="451"), "cancelled"),
        (LeaseLost(), "cancelled"),
        (OutcomeUnknown("lost", phase=Phase.DOT), "uncertain"),
        (None, "sent"),
    ],
)
def test_a_letter_in_flight_when_the_rest_is_stopped_gets_its_own_result(administrator, error, status):
    mailing = letter_being_sent(3)

    def stop(recipient):
        lifecycle.stop_the_rest(mailing, actor=administrator)
        return error

    transport = FakeTransport(stop)
    sending.run(mailing.pk, open_with=transport)

    assert statuses(mailing) == [status, "cancelled", "cancelled"]
    assert len(transport.taken) == (status == "sent")
    mailing.refresh_from_db()
    assert mailing.status == Mailing.Status.CANCELLED


def test_a_letter_costs_few_queries():
    few, many = letter_being_sent(2), letter_being_sent(10)

    with CaptureQueriesContext(connection) as for_two:
        sending.run(few.pk, open_with=FakeTransport())
    with CaptureQueriesContext(connection) as for_ten:
        sending.run(many.pk, open_with=FakeTransport())

    assert (len(for_ten) - len(for_two)) / 8 <= 14
