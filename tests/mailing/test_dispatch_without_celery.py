"""The engine needs neither Celery nor a broker: a loop sends the same letters, to a real mail server."""

import pytest
from django.core.management import call_command

from mailing.models import Mailing
from tests.letters import letter_being_sent
from tests.processes import Catcher

pytestmark = pytest.mark.django_db(transaction=True)


def test_run_dispatch_once_sends_what_is_due_and_ends(settings, administrator, capsys, monkeypatch):
    from mailing import bell, lifecycle

    monkeypatch.setattr(bell, "publish", lambda *arguments: False)
    settings.SEND_HOLD_SECONDS = 0
    mailing = letter_being_sent(12, languages=("en", "fr"), status=Mailing.Status.APPROVED)
    Mailing.objects.update(started_at=None)
    mailing.refresh_from_db()
    lifecycle.schedule(mailing, actor=administrator)

    with Catcher() as catcher:
        settings.SMTP_URL = catcher.url
        call_command("run_dispatch", "--once")

    assert capsys.readouterr().out == f"Mailing {mailing.pk}: 12 accepted.\n"
    assert sorted(catcher.recipients) == sorted(mailing.deliveries.values_list("email", flat=True))
    mailing.refresh_from_db()
    assert mailing.status == Mailing.Status.FINISHED
