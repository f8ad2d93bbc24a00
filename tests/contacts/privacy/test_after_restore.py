"""After a restored backup nothing leaves by itself, and nobody is written to who objected or was erased since."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from contacts.erasure import erase
from contacts.models import Contact, Mandate, Suppression
from contacts.suppression import lift, suppress
from contacts.suppression_export import append_to
from contacts.tasks import export_suppressions
from mailing.dispatch import recovery
from mailing.lifecycle import resume
from mailing.models import Mailing
from tests.factories import ContactFactory, MandateFactory
from tests.letters import letter_being_sent
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(tmp_path):
    return tmp_path / "suppressions.jsonl"


def run(command, *arguments):
    out = StringIO()
    call_command(command, *map(str, arguments), "--json", stdout=out)
    return json.loads(out.getvalue())


def lines(export):
    return [json.loads(line) for line in export.read_text().splitlines()]


def test_an_export_grows_and_never_changes_a_line(export):
    suppress("ana@home.example", reason="objection")
    assert run("suppressions", "export", export) == {"added": 1}
    first = export.read_text()
    assert run("suppressions", "export", export) == {"added": 0}
    suppress("ben@home.example", scope="letters", reason="complaint")
    lift("ana@home.example")
    assert run("suppressions", "export", export) == {"added": 2}
    assert export.read_text().startswith(first)
    assert "home.example" not in export.read_text()
    assert [line.get("lifted", False) for line in lines(export)] == [False, False, True]


def test_a_merge_adds_what_is_missing_and_takes_nothing_away(export):
    suppress("ana@home.example", reason="objection")
    suppress("ben@home.example", scope="list:7", reason="objection")
    append_to(export)
    before = set(Suppression.objects.values_list("email_digest", "scope", "reason", "at"))
    Suppression.objects.filter(scope="all").delete()
    suppress("cleo@home.example", reason="hard_bounce")
    assert run("suppressions", "merge", export) == {"added": 1, "erased_again": 0}
    after = set(Suppression.objects.values_list("email_digest", "scope", "reason", "at"))
    assert before < after
    assert len(after) == 3
    assert run("suppressions", "merge", export) == {"added": 0, "erased_again": 0}
    assert run("suppressions", "export", export) == {"added": 1}, "the restored row is the line it came from"


def test_what_was_lifted_stays_lifted_and_what_came_after_a_lift_stands(export):
    suppress("ana@home.example", reason="objection")
    lift("ana@home.example")
    suppress("ben@home.example", reason="objection")
    lift("ben@home.example")
    suppress("ben@home.example", reason="complaint")
    append_to(export)
    Suppression.objects.all().delete()
    assert run("suppressions", "merge", export)["added"] == 1
    assert Suppression.objects.get().reason == "complaint"


def test_who_was_erased_after_the_backup_is_erased_again(export, officer):
    ana, member = ContactFactory(email="ana@home.example"), MandateFactory()
    objected = ContactFactory(email="ben@home.example")
    suppress(objected, reason="objection")
    erase(ana, actor=officer, reason="asked")
    erase(member.contact, actor=officer, reason="asked")
    append_to(export)
    # The backup of the day before: the people as they were, and none of these suppressions.
    Suppression.objects.all().delete()
    again = ContactFactory(family_name="Ana", email="ana@home.example")
    returned = ContactFactory(family_name="Member", email="")
    Mandate.objects.create(contact=returned, ep_id=member.ep_id, term=10, country="IE")
    done = run("after_restore", export)
    assert done["erased_again"] == 2
    for person in (again, returned):
        person.refresh_from_db()
        assert person.erased_at
        assert person.name == ""
    assert Contact.objects.get(pk=objected.pk).erased_at is None


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"digest": "x"}', '{"digest": "%s", "scope": "all", "reason": "whim", "at": "2026-01-01"}']
)
def test_a_broken_file_is_refused_with_its_line_and_merges_nothing(export, line):
    suppress("ana@home.example", reason="objection")
    append_to(export)
    Suppression.objects.all().delete()
    with export.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(CommandError, match="Line 2 is not a suppression"):
        run("suppressions", "merge", export)
    assert not Suppression.objects.exists()


def test_mailings_under_way_and_scheduled_ones_come_up_paused(officer):
    sending, soon = letter_being_sent(2), letter_being_sent(2, status="scheduled", scheduled_at=timezone.now())
    mail = SystemMail.objects.create(purpose="invitation", to="new@platform.example", dedupe_key="i1")
    assert run("after_restore") == {"paused": 2, "held_back": 1, "added": 0, "erased_again": 0}
    assert set(Mailing.objects.values_list("status", flat=True)) == {"paused"}
    assert "A backup was restored." in Mailing.objects.get(pk=soon.pk).pause_reason
    recovery.ring_due()
    recovery.sweep()
    assert set(Mailing.objects.values_list("status", flat=True)) == {"paused"}
    mail.refresh_from_db()
    assert mail.status == "uncertain"
    sending.refresh_from_db()
    resume(sending, actor=officer)
    assert Mailing.objects.get(pk=sending.pk).status == "sending"
    assert run("after_restore")["paused"] == 1


def test_a_missing_file_is_told_and_everything_is_paused_by_then(export):
    letter_being_sent(1)
    with pytest.raises(CommandError, match="All mailings are paused"):
        run("after_restore", export)
    assert Mailing.objects.get().status == "paused"


def test_pausing_everything_is_one_command():
    letter_being_sent(1)
    out = StringIO()
    call_command("pause_all", stdout=out)
    assert out.getvalue() == "paused: 1\n"
    assert Mailing.objects.get().status == "paused"


def test_beat_exports_where_a_file_is_set(settings, export):
    suppress("ana@home.example", reason="objection")
    export_suppressions()
    assert not export.exists()
    settings.SUPPRESSION_EXPORT = str(export)
    export_suppressions()
    assert len(lines(export)) == 1
