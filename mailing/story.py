"""What a letter's pages tell: the five steps, its state in words, what happened to it."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailing.models import Delivery, Mailing, Review

TONES = {
    "draft": "",
    "in_review": "warn",
    "approved": "ok",
    "scheduled": "info",
    "sending": "info",
    "paused": "warn",
    "finished": "ok",
    "cancelled": "bad",
}
STEPS = ["write", "audience", "check", "approve", "send"]
# The step at which a mailing in a state stands, for whoever opens it.
_STANDS_AT = {"draft": "write", "in_review": "approve", "approved": "send", "scheduled": "send"}


def address_of(mailing: Mailing) -> str:
    """The page on which a mailing is best opened as it stands."""
    if mailing.status == Mailing.Status.DRAFT and is_issue(mailing):
        return reverse("newsletters:issue_write", args=[mailing.reference])
    page = {"draft": "letter_write", "in_review": "letter_approve", "approved": "letter_send"}.get(mailing.status)
    page = page or ("letter_sent" if mailing.status == Mailing.Status.SCHEDULED else "letter_report")
    return reverse(f"mailing:{page}", args=[mailing.reference])


def road_of(mailing: Mailing, here: str, *, people: int | None = None, check: str = "") -> list[dict[str, str]]:
    """The steps of components/steps.html, with what is known of each. `here` is one of STEPS."""
    languages = len(mailing.contents.all())
    count = people if people is not None else mailing.recipients
    notes = {
        "write": ngettext("%(n)d language", "%(n)d languages", languages) % {"n": languages},
        "audience": ngettext("%(n)d person", "%(n)d people", count) % {"n": count} if count else _("who gets it"),
        "check": check or _("test and checklist"),
        "approve": str(mailing.approver or mailing.asked_approver or _("a colleague")),
        "send": _("now or later"),
    }
    labels = {
        "write": _("Write"),
        "audience": _("Readers") if is_issue(mailing) else _("Audience and preview"),
        "check": _("Check"),
        "approve": _("Approve"),
        "send": _("Send"),
    }
    at = STEPS.index(here)
    return [
        {
            "label": labels[name],
            "note": notes[name],
            "url": _step_url(mailing, name) if _is_open(mailing, name) else "",
            "state": "current" if number == at else "done" if number < at else "",
        }
        for number, name in enumerate(STEPS)
    ]


def _step_url(mailing: Mailing, step: str) -> str:
    if step == "write" and is_issue(mailing):
        return reverse("newsletters:issue_write", args=[mailing.reference])
    return reverse(f"mailing:letter_{step}", args=[mailing.reference])


def is_issue(mailing: Mailing) -> bool:
    """Whether it is an issue of a list, put together from blocks, and not a letter."""
    return mailing.kind == Mailing.Kind.NEWSLETTER and mailing.contact_list_id is not None


def nav_of(mailing: Mailing) -> str:
    """Which entry of the navigation its pages stand under."""
    return "newsletters" if is_issue(mailing) else "letters"


def list_of(mailing: Mailing) -> str:
    """The name of the page that lists it."""
    return "newsletters:issue_list" if is_issue(mailing) else "mailing:letter_list"


def _is_open(mailing: Mailing, step: str) -> bool:
    """Whether a step can be opened now: sending only what was approved."""
    return step != "send" or mailing.approver_id is not None


def state_of(delivery: Delivery) -> dict[str, str]:
    """A delivery's state in the words of the desk, with a tone: Accepted, Delayed, Bounced, Not sent, Not known.

    What came back counts more than what we did: a complaint before an answer, an answer before a bounce on the way.
    """
    status = Delivery.Status
    if delivery.complained_at:
        return {"word": _("Complained"), "tone": "bad"}
    if delivery.replied_at:
        return {"word": _("Replied"), "tone": "info"}
    if delivery.bounced_at:
        return {"word": _("Bounced"), "tone": "bad"}
    if delivery.status == status.SENT:
        return {"word": _("Delivered") if delivery.delivered_at else _("Accepted"), "tone": "ok"}
    if delivery.status == status.QUEUED:
        if delivery.next_attempt_at:
            return {"word": _("Delayed"), "tone": "warn"}
        return {"word": _("Waiting"), "tone": ""}
    words = {
        status.FAILED: (_("Not sent"), "bad"),
        status.SKIPPED: (_("Left out"), ""),
        status.CANCELLED: (_("Cancelled"), ""),
        status.UNCERTAIN: (_("Not known"), "info"),
    }
    word, tone = words[status(delivery.status)]
    return {"word": word, "tone": tone}


def history_of(mailing: Mailing) -> list[dict[str, Any]]:
    """What happened, newest first: each move with who made it, why, and a sentence in the reader's language."""
    sentences = {
        "draft": _("took it back to a draft"),
        "in_review": _("asked for approval of version %(version)d"),
        "approved": _("approved version %(version)d"),
        "scheduled": _("chose when it leaves"),
        "sending": _("started sending"),
        "paused": _("paused it"),
        "finished": _("Sending ended"),
        "cancelled": _("stopped it"),
    }
    found = []
    reviews = Review.objects.filter(mailing=OuterRef("mailing"), version=OuterRef("version"), at__lte=OuterRef("at"))
    for move in mailing.transitions.annotate(review=Subquery(reviews.order_by("-id").values("pk")[:1])).order_by("-id"):
        sentence = sentences.get(move.to_status, move.to_status) % {"version": move.version}
        if (move.from_status, move.to_status) == ("scheduled", "approved"):
            sentence = _("put the sending off") if move.actor_id else _("It did not start and asks")
        if move.to_status == "sending" and move.from_status != "scheduled":
            sentence = _("resumed it")
        elif move.to_status == "sending":
            sentence = _("Sending started")
        actor = move.actor_label if move.actor_id else ""
        # What was decided on, where this move was a decision: approved, or changes asked.
        decided = move.from_status == "in_review" and move.to_status in ("approved", "draft")
        review = move.review if decided else None
        found.append({"at": move.at, "actor": actor, "sentence": sentence, "note": move.note, "review": review})
    begun = _("Made from the statement") if mailing.statement_id else _("Begun")
    found.append({"at": mailing.created_at, "actor": "", "sentence": begun, "note": ""})
    return found
