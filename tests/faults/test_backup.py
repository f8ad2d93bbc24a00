"""A backup from the middle of a mailing is restored, a day late: nothing leaves by itself, and nobody who left since
is written to (docs/operations.md).
"""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from contacts.erasure import erase
from contacts.models import Contact, Suppression
from mailing import lifecycle, unsubscribe
from mailing.models import Mailing
from tests.faults.postgres import point_back, point_django_at, server_url, tool
from tests.letters import letter_being_sent
from tests.processes import moments

pytestmark = [pytest.mark.faults, pytest.mark.only_postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def restore(own_postgres):
    """Restores a dump under another name, and points this process and all workers there."""
    former = []

    def run(dump: bytes) -> None:
        name = f"{own_postgres.name}_restored"
        own_postgres.create(name)
        subprocess.run([tool("pg_restore"), "-O", "-d", server_url(name)], input=dump, check=True, timeout=60)
        former.append(point_django_at(own_postgres.url(name)))

    yield run
    for one in former:
        point_back(one)


HOUR = timedelta(hours=1)


def backup() -> bytes:
    """A dump of the database of this moment."""
    command = [tool("pg_dump"), "-Fc", server_url()]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


def test_everything_comes_up_paused_and_who_left_since_stays_out(
    own_postgres, restore, start_loop, catcher, watch, administrator, tmp_path
):
    catcher.delay = 0.02
    mailing = letter_being_sent(40, chunk=10)
    later = letter_being_sent(3, status=Mailing.Status.SCHEDULED, scheduled_at=timezone.now() + HOUR)
    *_others, left, erased = mailing.deliveries.order_by("id")
    worker = start_loop()
    seen = watch(mailing, worker)
    seen.until_caught(10)
    dump = backup()
    export = what_happened_since(left, erased, tmp_path)
    seen.until_finished()
    worker.kill()
    caught = len(catcher.messages)

    restore(dump)
    # Time has passed: this one would start by itself.
    Mailing.objects.filter(pk=later.pk).update(scheduled_at=timezone.now() - HOUR)
    call_command("after_restore", str(export))
    restored = start_loop()
    for _moment in moments(2, 0.5):
        seen.ledger()

    assert restored.process.poll() is None
    assert len(catcher.messages) == caught
    assert set(Mailing.objects.values_list("status", flat=True)) == {"paused"}
    assert Suppression.objects.filter(email_digest=left.email_digest).exists()
    assert Contact.objects.get(pk=erased.contact_id).erased_at

    # A person looks, and lets the rest go: whoever left or was erased after the backup is not among them.
    catcher.messages.clear()
    mailing.refresh_from_db()
    lifecycle.resume(mailing, actor=administrator)
    ledger = seen.until_finished(beat_by_hand=True)
    assert ledger["skipped"] == 2
    assert {left.email, erased.email}.isdisjoint(catcher.recipients)
    assert len(catcher.recipients) == len(set(catcher.recipients))


def what_happened_since(left, erased, folder) -> Path:
    """After the backup somebody leaves and somebody is erased; gives the file of suppressions kept beside it."""
    unsubscribe.leave(left, source="link")
    erase(Contact.objects.get(pk=erased.contact_id), actor=None, reason="asked")
    export = folder / "suppressions.jsonl"
    call_command("suppressions", "export", str(export))
    return export
