"""One pace for all workers: threads on their own connections, and processes, never send faster together."""

import itertools
import os
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from mailing.dispatch import throttle
from mailing.models import Throttle
from tests.factories import MailingFactory
from tests.patience import join_all, read_line
from tests.processes import ROOT, live_database_url

pytestmark = pytest.mark.django_db(transaction=True)

TAKER = """
import sys, time, django
django.setup()
from mailing.dispatch.throttle import take
from mailing.models import Mailing
mailing = Mailing.objects.select_related("sender").get(pk=int(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
until, taken = time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < until:
    allowed = take(mailing, 3)
    taken += allowed.count
    if not allowed.count:
        time.sleep(min(allowed.wait, 0.02))
print(taken)
"""


def in_threads(number, work):
    """Run `work()` in so many threads at once; give what each gave."""
    barrier, found = threading.Barrier(number), []

    def do():
        try:
            barrier.wait(10)
            found.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=do, daemon=True) for _number in range(number)]
    for thread in threads:
        thread.start()
    join_all(threads, 60, "the takers")
    assert len(found) == number
    return found


def test_eight_takers_never_exceed_the_pace():
    mailing = MailingFactory(pace_per_minute=1200)  # Twenty a second.
    started = time.monotonic()

    def work():
        taken, until = [], time.monotonic() + 2.0
        while time.monotonic() < until:
            allowed = throttle.take(mailing, 5)
            taken += [time.monotonic()] * allowed.count
            if not allowed.count:
                time.sleep(0.01)
        return taken

    moments = sorted(moment for taken in in_threads(8, work) for moment in taken)

    # One second's worth at once, and the pace from there on; never more in any stretch of time.
    assert len(moments) <= 20 + 20 * (moments[-1] - started) + 1
    assert len(moments) >= 40
    for number, moment in enumerate(moments):
        rest = sum(other < moment + 1.0 for other in moments[number:])
        # A commit is seen a little after its slots were counted: half a second's worth of slack for a busy machine.
        assert rest <= 20 + 20 + 10, rest


def test_eight_takers_share_a_slow_pace_exactly():
    mailing = MailingFactory(pace_per_minute=6)
    taken = in_threads(8, lambda: sum(throttle.take(mailing, 5).count for _try in range(5)))
    assert sum(taken) == 1


def test_eight_windows_get_eight_different_slots(settings):
    settings.DOMAIN_PACE = {"big.example": 60.0}
    start = timezone.now()

    found = in_threads(8, lambda: [timezone.now() + timedelta(seconds=w) for w in throttle.waits_for(["big.example"])])

    slots = sorted((slots[0] - start).total_seconds() for slots in found)
    assert [round(after - before) for before, after in itertools.pairwise(slots)] == [1] * 7
    assert Throttle.objects.count() == 1


def test_two_windows_with_the_same_domains_in_other_orders_do_not_wait_in_a_circle(settings):
    settings.DOMAIN_PACE = {"a.example": 6000.0, "b.example": 6000.0, "c.example": 6000.0}
    orders = iter([["a.example", "b.example", "c.example"], ["c.example", "b.example", "a.example"]] * 2)

    def work():
        order = next(orders)
        for _window in range(15):
            throttle.waits_for(order)
            throttle.slow_down(dict.fromkeys(order, 1))
        return True

    assert in_threads(4, work) == [True] * 4


def test_eight_slow_downs_at_once_are_one():
    in_threads(8, lambda: throttle.slow_down({"busy.example": 1}))
    assert Throttle.objects.get().slowed_per_minute == 30


def test_two_processes_keep_one_pace(live_environment):
    mailing = MailingFactory(pace_per_minute=600)  # Ten a second.
    seconds = 1.5
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", TAKER, str(mailing.pk), str(seconds)],
            cwd=ROOT,
            env=live_environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _number in range(2)
    ]
    for taker in takers:
        assert read_line(taker.stdout, 60, "a taker") == "ready\n"
    started = time.monotonic()
    for taker in takers:
        taker.stdin.write("go\n")
        taker.stdin.flush()
    taken = [int(taker.communicate(timeout=60)[0]) for taker in takers]
    lasted = time.monotonic() - started

    assert sum(taken) <= 10 + 10 * lasted + 1
    assert sum(taken) >= 20


@pytest.fixture
def live_environment():
    return {**os.environ, "DATABASE_URL": live_database_url(), "DJANGO_SETTINGS_MODULE": "config.settings"}
