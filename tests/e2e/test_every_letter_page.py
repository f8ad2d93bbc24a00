"""Every page of letters in a real browser: axe at 1440, 390 and 320 px in both schemes, no sideways scrolling.

One browser window, one set of letters in every state. A page that is added later has to be named here.
"""

import os
from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import get_resolver, reverse
from django.utils import timezone

from mailing import lifecycle
from mailing.drafting import make_letter
from mailing.handling import handle_waiting
from mailing.models import AudienceRule, Delivery, Mailing
from tests.e2e.parliament import answers, approved_statement, parliament
from tests.factories import PASSWORD
from tests.payloads import incoming

CRITERIA = {"seat": {"committee": ["LIBE", "FEMM"], "role": ["chair", "vice_chair", "member"]}}
# Each page by its route, and the letter that it shows; "" where there is none.
PAGES = [
    ("letter_list", ""),
    ("letter_create", ""),
    ("letter_write", "draft"),
    ("letter_audience", "draft"),
    ("letter_people", "draft"),
    ("letter_check", "draft"),
    ("letter_approve", "draft"),
    ("letter_approve", "waiting"),
    ("letter_send", "approved"),
    ("letter_sent", "scheduled"),
    ("letter_cancel", "scheduled"),
    ("letter_report", "sending"),
    ("letter_stop", "sending"),
    ("letter_report", "finished"),
]
ONE_RECIPIENT = ["delivery_letter"]
OF_ADMINISTRATORS = ["sender_list", "sender_create", "sender_edit"]
# Not pages: buttons, parts of a page that are framed or asked for by themselves, and files.
BUTTONS = {
    "letter_from_statement",
    "letter_details",
    "language_add",
    "language_remove",
    "letter_test",
    "letter_submit",
    "letter_approval",
    "letter_changes",
    "letter_withdraw",
    "letter_undo",
    "letter_pause",
    "letter_resume",
    "delivery_settle",
    "register_number",
}
PARTS = {"letter_preview", "letter_progress"}
FILES = {"letter_ledger"}


@pytest.fixture
def letters(transactional_db, officer, approver):
    """One letter in each state, by the name of the state; answers have come in for the one that is finished."""
    parliament()
    statement = approved_statement(officer, approver)
    found = {}
    for state in ("draft", "waiting", "approved", "scheduled", "sending", "finished"):
        mailing = make_letter(statement, actor=officer)
        AudienceRule.objects.create(mailing=mailing, criteria=CRITERIA)
        found[state] = mailing
        if state != "draft":
            lifecycle.submit(mailing, actor=officer, approver=approver, note="The vote is on the 9th.")
    for state in ("approved", "scheduled", "sending", "finished"):
        found[state].refresh_from_db()
        lifecycle.approve(found[state], actor=approver, digest=lifecycle.reading_digest(found[state])[0])
    lifecycle.schedule(found["scheduled"], actor=officer, at=timezone.now() + timedelta(days=1))
    start(found["finished"], officer)
    start(found["sending"], officer)
    let_half_of_it_happen(found["sending"])
    let_it_be_answered(found["finished"])
    return {state: Mailing.objects.get(pk=mailing.pk) for state, mailing in found.items()}


def start(mailing, actor):
    lifecycle.schedule(mailing, actor=actor)
    Mailing.objects.filter(pk=mailing.pk).update(scheduled_at=timezone.now() - timedelta(seconds=1))
    assert mailing.pk in lifecycle.start_due()


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


def test_every_route_of_letters_is_a_page_that_is_looked_at_or_is_named_as_none():
    routes = {key for key in get_resolver("mailing.urls").reverse_dict if isinstance(key, str)}
    looked_at = {name for name, _state in PAGES} | {*ONE_RECIPIENT, *OF_ADMINISTRATORS}
    others = BUTTONS | PARTS | FILES
    assert not looked_at & others
    assert sorted(routes - looked_at - others) == []
    assert sorted((looked_at | others) - routes) == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(600)
def test_every_page_of_letters_is_fit_for_everybody(visit, letters, approver, administrator):
    """The approver sees what an officer sees, and decides as well."""
    with visit() as someone:
        someone.sign_in(approver, PASSWORD)
        for name, state in PAGES:
            path = reverse(f"mailing:{name}", args=[letters[state].reference] if state else [])
            look(someone, path, f"{name} {state}".strip())
        row = letters["finished"].deliveries.exclude(replied_at=None).first()
        for name in ONE_RECIPIENT:
            look(someone, reverse(f"mailing:{name}", args=[row.mailing.reference, row.public_id]), name)
    with visit() as someone:
        someone.sign_in(administrator, PASSWORD)
        for name in OF_ADMINISTRATORS:
            arguments = [letters["draft"].sender_id] if name == "sender_edit" else []
            look(someone, reverse(f"mailing:{name}", args=arguments), name)


def look(someone, path, where):
    if (only := os.environ.get("DEMARCHE_PAGES")) and only not in where:
        return
    page = someone.open(path)
    assert page.url.removeprefix(someone.base_url).partition("?")[0] == path, f"{where} leads to {page.url}"
    someone.keep_pictures(where.replace(" ", "-"))
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    someone.check_everywhere(where)
    someone.check_no_complaints()
