"""A letter in each state for the pages that show it. Nobody here is real."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from mailing import lifecycle
from mailing.drafting import make_letter
from mailing.handling import handle_waiting
from mailing.models import AudienceRule, Delivery, Mailing, Passage, PassageText
from tests.e2e.parliament import answers, approved_statement, parliament
from tests.payloads import incoming

# Seconds in which a walk looks at the confirmation while nothing leaves; it ends them itself.
HOLD = 600

CRITERIA = {"seat": {"committee": ["LIBE", "FEMM"], "role": ["chair", "vice_chair", "member"]}}
STATES = ("draft", "waiting", "approved", "scheduled", "sending", "finished")


def a_letter_in_each_state(officer, approver):
    """Letters to the same eight people, by the name of their state; the finished one has been answered."""
    parliament()
    statement = approved_statement(officer, approver)
    found = {}
    for state in STATES:
        found[state] = mailing = make_letter(statement, actor=officer)
        AudienceRule.objects.create(mailing=mailing, criteria=CRITERIA)
        # No paper: these letters are never sent.
        Mailing.objects.filter(pk=mailing.pk).update(paper="none")
        give_austrians_a_passage(mailing)
        mailing.refresh_from_db()
        if state != "draft":
            lifecycle.submit(mailing, actor=officer, approver=approver, note="The vote is on the 9th.")
    for state in STATES[2:]:
        mailing = Mailing.objects.get(pk=found[state].pk)
        lifecycle.approve(mailing, actor=approver, digest=lifecycle.reading_digest(mailing)[0])
    lifecycle.schedule(fresh(found["scheduled"]), actor=officer, at=timezone.now() + timedelta(days=1))
    start(fresh(found["finished"]), officer)
    start(fresh(found["sending"]), officer)
    let_half_of_it_happen(found["sending"])
    let_it_be_answered(found["finished"])
    return {state: fresh(mailing) for state, mailing in found.items()}


def fresh(mailing):
    return Mailing.objects.get(pk=mailing.pk)


def give_austrians_a_passage(mailing):
    """One place with a passage for readers in Austria, and another for everybody else."""
    for content in mailing.contents.all():
        content.body = content.body.replace("<p>{{ closing }}</p>", "<p>{{ passage_1 }}</p><p>{{ closing }}</p>", 1)
        content.save()
    for position, (country, words) in enumerate([("AT", "Our colleagues in Vienna wait for you."), ("", "Meet us.")]):
        passage = Passage.objects.create(mailing=mailing, place=1, position=position, country=country)
        for language in ("en", "de"):
            PassageText.objects.create(passage=passage, language=language, body=f"<p>{words}</p>")


def start(mailing, actor):
    """It has begun, as beat begins it."""
    lifecycle.schedule(mailing, actor=actor)
    let_the_hold_pass(mailing)
    assert mailing.pk in lifecycle.start_due()


def let_the_hold_pass(mailing):
    """Its time has come: what could be undone until now may leave."""
    held = Mailing.objects.filter(pk=mailing.pk, status=Mailing.Status.SCHEDULED)
    assert held.update(scheduled_at=timezone.now() - timedelta(seconds=1)) == 1


def let_half_of_it_happen(mailing):
    """A row of each kind, as the engine would leave them."""
    now = timezone.now()
    changes = [
        {"status": "sent", "sent_at": now},
        {"status": "sent", "sent_at": now, "bounced_at": now},
        {"status": "sent", "sent_at": now, "replied_at": now},
        {"status": "failed", "failed_at": now, "error_kind": "permanent", "error_code": "550 5.1.1"},
        {"status": "uncertain", "error_kind": "outcome_unknown", "error_detail": "The connection broke."},
        {"next_attempt_at": now + timedelta(minutes=9), "error_kind": "transient", "attempts": 1},
    ]
    for row, change in zip(mailing.deliveries.order_by("pk"), changes, strict=False):
        Delivery.objects.filter(pk=row.pk).update(**change)
    mailing.chunks.update(cursor=F("hi"), state="done")


def let_it_be_answered(mailing):
    """Everybody got it three weeks ago; then two answered, one was on holiday and one mailbox was gone."""
    then = timezone.now() - timedelta(days=21)
    mailing.deliveries.filter(status="queued").update(status="sent", sent_at=then)
    mailing.chunks.update(cursor=F("hi"), state="done")
    Mailing.objects.filter(pk=mailing.pk).update(started_at=then, scheduled_at=then)
    assert lifecycle.finish_if_done(mailing.pk)
    Mailing.objects.filter(pk=mailing.pk).update(finished_at=then)
    for raw in answers(mailing):
        incoming(raw)
    assert handle_waiting() == 4
