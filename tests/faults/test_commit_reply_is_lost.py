"""The answer to a COMMIT is lost with its connection: it happened, and the worker cannot know (RELIABILITY 6).

A proxy in front of PostgreSQL forwards the COMMIT, waits for the answer, and resets the connection instead of passing
it on. Nothing may leave on an intent that is not confirmed, and no result may be taken for rolled back.
"""

import pytest

from mailing import bell
from tests.letters import letter_being_sent

pytestmark = [pytest.mark.faults, pytest.mark.only_postgresql, pytest.mark.django_db(transaction=True)]

# What the SQL of a transaction holds.
CLAIM = r'UPDATE "mailing_deliverychunk" SET "owner" = \'[^\']'
INTENT = r'UPDATE "mailing_deliverychunk" SET [^;]*"cursor" = '
RESULT = r"UPDATE mailing_delivery AS d"


STEPS = pytest.mark.parametrize("lost", [CLAIM, INTENT, RESULT], ids=["claim", "intent", "result"])


@STEPS
def test_a_letter(lost, start_any, database_proxy, catcher, watch):
    assert_two_lost_answers_do_no_harm("letter", lost, start_any, database_proxy, watch)


@STEPS
def test_a_newsletter(lost, start_loop, database_proxy, catcher, watch):
    assert_two_lost_answers_do_no_harm("newsletter", lost, start_loop, database_proxy, watch)


def assert_two_lost_answers_do_no_harm(kind, lost, start, proxy, watch):
    mailing = letter_being_sent(12, chunk=4, kind=kind)
    proxy.lose_commit(lost, times=2)
    worker = start(database=proxy.url, LEASE_SECONDS=1)
    bell.ring(mailing.pk)

    seen = watch(mailing, worker)
    ledger = seen.until_finished(60, beat_by_hand=True, supervise=[worker])

    assert len(proxy.lost) == 2, worker.log()[-3000:]
    # Every mail server's answer was read: at most what an unconfirmed intent covered is not known.
    assert ledger["sent"] + ledger["uncertain"] == 12
    assert ledger["uncertain"] <= 2 * (4 if kind == "newsletter" else 1)
    seen.assert_the_ledger_tells_the_truth()


@pytest.mark.parametrize("first", range(0, 8, 2))
def test_any_two_commits_in_a_row(first, start_loop, database_proxy, catcher, watch):
    """Whatever the transactions are: the answers to COMMIT number n and n + 1 are lost."""
    mailing = letter_being_sent(4, chunk=2)
    database_proxy.loses = lambda sql: first < len(database_proxy.commits) <= first + 2
    worker = start_loop(database=database_proxy.url, LEASE_SECONDS=1)
    seen = watch(mailing, worker)

    ledger = seen.until_finished(60, beat_by_hand=True, supervise=[worker])

    assert database_proxy.lost
    assert ledger["sent"] + ledger["uncertain"] == 4
    assert ledger["uncertain"] <= 2
    seen.assert_the_ledger_tells_the_truth()
