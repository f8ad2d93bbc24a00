"""Each answer a mail server may give, at each phase, and what becomes of the letter (docs/smtp-errors.md)."""

import pytest
from django.utils import timezone

from contacts.models import Suppression
from mailing.dispatch import sending
from mailing.models import Delivery, Mailing
from tests.faults.people import mailing_to_many_domains
from tests.letters import letter_being_sent
from tests.processes import CUT, DROP

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

LATER = ["421 4.3.2 Closing", "450 4.2.1 Busy", "451 4.3.0 Local error", "452 4.2.2 Mailbox full"]
NEVER = ["550 5.1.1 No such user", "551 5.1.6 Moved", "552 5.2.2 Mailbox full", "553 5.1.3 Syntax", "554 5.7.1 Policy"]
BUSY = "421 4.3.2 Too busy"
OURS = ["530 5.7.0 Authentication required", "535 5.7.8 Bad credentials"]


PHASES = ["rcpt", "data", "dot"]
# To one letter: it is retried, it failed for good, or nobody knows.
TO_ONE = [
    *[(phase, reply, "later") for phase in PHASES for reply in LATER],
    *[(phase, reply, "never") for phase in PHASES for reply in NEVER],
    *[("rcpt", DROP, "later"), ("data", DROP, "later")],
    *[("dot", DROP, "unknown"), ("dot", CUT, "unknown"), ("dot", "354 What", "unknown"), ("dot", "299 Fine", "sent")],
]


@pytest.mark.parametrize("kind", ["letter", "newsletter"])
def test_each_answer_to_one_letter_is_about_that_letter(kind, catcher, settings):
    settings.SMTP_URL, settings.RETRY_FIRST_SECONDS = catcher.url, 900
    mailing = mailing_to_many_domains(len(TO_ONE) + 3, kind=kind)
    rows = list(mailing.deliveries.order_by("id"))
    said = {(phase, row.email): reply for row, (phase, reply, _end) in zip(rows, TO_ONE, strict=False)}
    for phase in PHASES:
        catcher.on[phase] = lambda address, phase=phase: said.get((phase, address))

    sending.run(mailing.pk, budget=60)

    found = {row.pk: row for row in mailing.deliveries.all()}
    gone = set(Suppression.objects.values_list("email_digest", flat=True))
    for row, (phase, reply, end) in zip(rows, TO_ONE, strict=False):
        problem = complaint(found[row.pk], phase, reply, end, row.email_digest in gone)
        copies = catcher.recipients.count(row.email)
        assert not problem, f"{reply} at {phase}: {problem}"
        assert copies == (reply in (CUT, "299 Fine")), f"{reply} at {phase}: {copies} copies"
    # Nobody else is any the worse for it.
    assert [found[row.pk].status for row in rows[-3:]] == ["sent"] * 3
    before = len(catcher.messages)
    sending.run(mailing.pk)
    assert len(catcher.messages) == before


def complaint(row, phase, reply, end, is_suppressed):
    """What is wrong with a row after such an answer, or nothing."""
    wanted = {
        "later": (Delivery.Status.QUEUED, "transient", 1),
        "never": (Delivery.Status.FAILED, "permanent", 1),
        "unknown": (Delivery.Status.UNCERTAIN, "outcome_unknown", 1),
        "sent": (Delivery.Status.SENT, "", 1),
    }[end]
    if (row.status, row.error_kind, row.attempts) != wanted:
        return f"{row.status} {row.error_kind} {row.attempts}"
    wait = (row.next_attempt_at - timezone.now()).total_seconds() if row.next_attempt_at else 0
    # 15 minutes, with whatever is added so that not all come back at once.
    if end == "later" and not 13 * 60 < wait < 40 * 60:
        return f"again in {wait} s"
    # Only a mailbox that does not exist is written to no more; a full one or a policy says nothing of the next time.
    is_gone = phase == "rcpt" and reply[4:9] in ("5.1.1", "5.1.6")
    return "" if is_suppressed == is_gone else f"suppressed: {is_suppressed}"


@pytest.mark.parametrize(("phase", "reply"), [(phase, reply) for phase in ("banner", "ehlo") for reply in (BUSY, DROP)])
def test_a_server_that_is_too_busy_for_us_is_asked_again_later(phase, reply, catcher, settings):
    settings.SMTP_URL = catcher.url
    mailing = mailing_to_many_domains(2)
    catcher.on[phase] = lambda address: reply
    sending.run(mailing.pk)

    assert set(mailing.deliveries.values_list("status", flat=True)) == {"queued"}
    assert not catcher.messages
    catcher.on.clear()
    Mailing.objects.filter(pk=mailing.pk).update(status="sending")
    mailing.deliveries.exclude(next_attempt_at=None).update(next_attempt_at=timezone.now())
    sending.run(mailing.pk)
    assert set(mailing.deliveries.values_list("status", flat=True)) == {"sent"}
    assert len(catcher.recipients) == 2


@pytest.mark.parametrize(
    ("phase", "reply"),
    [
        *[("ehlo", reply) for reply in ("554 5.7.1 Go away",)],
        *[("mail", reply) for reply in ("550 5.7.1 Sender refused", "553 5.1.8 Bad sender")],
        *[("mail", reply) for reply in OURS],
        *[("rcpt", OURS[0]), ("data", OURS[1]), ("dot", OURS[0])],
    ],
)
def test_what_is_our_own_fault_pauses_the_mailing_and_counts_for_nobody(phase, reply, catcher, settings):
    settings.SMTP_URL = catcher.url
    mailing = mailing_to_many_domains(2)
    catcher.on[phase] = lambda address: reply
    sending.run(mailing.pk)

    mailing.refresh_from_db()
    assert set(mailing.deliveries.values_list("status", "attempts")) == {("queued", 0)}
    assert mailing.status == Mailing.Status.PAUSED
    assert mailing.pause_reason
    assert not catcher.recipients


def test_a_password_that_is_refused_pauses_the_mailing_and_is_not_told(catcher, settings):
    settings.SMTP_URL = catcher.url.replace("smtp://", "smtp://us:secret@")
    catcher.server.extensions += ("AUTH PLAIN",)
    mailing = mailing_to_many_domains(2)
    catcher.on["auth"] = lambda address: OURS[1]
    sending.run(mailing.pk)

    mailing.refresh_from_db()
    assert set(mailing.deliveries.values_list("status", "attempts")) == {("queued", 0)}
    assert (mailing.status, mailing.pause_reason) == ("paused", "The mail server refused the sign-in.")


def test_a_connection_that_is_closed_between_two_letters_is_opened_again(catcher, settings):
    settings.SMTP_URL = catcher.url
    mailing = letter_being_sent(3)
    second = mailing.deliveries.order_by("id")[1].email
    asked = []

    def hang_up_once(address):
        asked.append(address)
        return "421 4.4.2 Idle too long" if len(asked) == 2 else None

    catcher.on["mail"] = hang_up_once
    sending.run(mailing.pk)
    assert second
    assert mailing.deliveries.filter(status="sent").count() == 3
    assert len(catcher.recipients) == len(set(catcher.recipients)) == 3
