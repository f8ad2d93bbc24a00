"""The hash chain over the audit trail: what was sealed cannot be changed unseen."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.append_only import set_triggers
from accounts.audit import record
from accounts.models import AuditEvent, AuditSeal
from accounts.sealing import seal, verify
from accounts.tasks import seal_audit


@pytest.fixture
def trail(officer):
    """Five events of an hour ago."""
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        return [record(officer, f"saved version {n}", label="TST-2026-001") for n in range(5)]


@pytest.fixture
def tamper(db):
    """Change the table behind Django's back, as somebody with the database's password could."""

    def run(sql, *params):
        connection.check_constraints()  # PostgreSQL drops no trigger while a foreign key waits to be checked
        set_triggers("default", installed=False)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
        set_triggers("default", installed=True)

    return run


def test_settled_events_are_sealed_in_one_link(trail):
    link = seal()
    assert link.to_id == trail[-1].pk
    assert verify().sealed == 5
    assert verify().problems == []


def test_the_last_minute_is_left_for_the_next_seal(trail, officer):
    young = record(officer, "approved version 4")
    assert seal().to_id == trail[-1].pk
    assert verify().unsealed == 1
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        link = seal()
    assert (link.from_id, link.to_id) == (trail[-1].pk + 1, young.pk)


def test_an_old_event_behind_a_young_one_waits_too(officer):
    record(officer, "began a long transaction")
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        record(officer, "has a higher id and an older time")
    assert seal() is None


def test_each_link_holds_the_digest_of_the_one_before(trail, officer):
    first = seal()
    with time_machine.travel(timezone.now() - timedelta(minutes=5)):
        record(officer, "published it")
    second = seal()
    assert second.previous == first.digest
    assert verify().problems == []


def test_nothing_new_makes_no_link(trail):
    seal()
    assert seal() is None
    assert AuditSeal.objects.count() == 1


def test_an_empty_trail_has_nothing_to_seal(db):
    assert seal() is None
    assert verify().problems == []


def test_a_changed_sentence_shows(trail, tamper):
    seal()
    tamper("UPDATE accounts_auditevent SET sentence = %s WHERE id = %s", "did nothing", trail[2].pk)
    assert verify().problems == [f"Events 1–{trail[-1].pk} are not as they were when they were sealed."]


def test_a_removed_event_shows(trail, tamper):
    seal()
    tamper("DELETE FROM accounts_auditevent WHERE id = %s", trail[0].pk)
    assert len(verify().problems) == 1


def test_a_removed_link_shows(trail, officer, tamper):
    first = seal()
    with time_machine.travel(timezone.now() - timedelta(minutes=5)):
        record(officer, "published it")
    seal()
    tamper("DELETE FROM accounts_auditseal WHERE id = %s", first.pk)
    assert any("does not follow" in problem for problem in verify().problems)


def test_two_sealers_at_once_make_one_chain(trail, monkeypatch):
    seal()
    with time_machine.travel(timezone.now() - timedelta(minutes=5)):
        record(None, "something more")
    last = AuditSeal.objects.get()
    seal()
    stale = AuditSeal.objects.filter(pk=last.pk)
    monkeypatch.setattr(AuditSeal.objects, "order_by", lambda *fields: stale)  # what the slower one read
    assert seal() is None
    monkeypatch.undo()
    assert AuditSeal.objects.count() == 2
    assert verify().problems == []


def test_the_task_seals(trail):
    seal_audit()
    assert AuditSeal.objects.count() == 1


def test_the_command_says_that_all_is_well(trail):
    seal()
    out = StringIO()
    call_command("verify_audit", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"seals": 1, "sealed": 5, "unsealed": 0, "problems": []}


def test_the_command_fails_with_the_sentence(trail, tamper):
    seal()
    tamper("UPDATE accounts_auditevent SET actor_label = %s WHERE id = %s", "Somebody else", trail[0].pk)
    errors = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_audit", stdout=StringIO(), stderr=errors)
    assert stopped.value.code == 1
    assert "are not as they were" in errors.getvalue()
    assert AuditEvent.objects.count() == 5
