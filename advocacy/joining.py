"""Calls that other organisations lead: taken down, decided by a second person, published as "we joined"."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from advocacy.models import JoinedCall
from advocacy.references import create_with_reference
from contacts.colleagues import insiders_who_may
from contacts.models import Organisation

MOST_BYTES = 8 * 1024 * 1024


class JoiningError(Exception):
    """The step cannot be taken; the message says why and what to do, for the person who tried."""


@dataclass(frozen=True)
class Asked:
    """What a colleague takes down of a call; `file` holds the bytes of a PDF or nothing."""

    title: str
    lead: Organisation
    received_on: date
    deadline: datetime | None = None
    language: str = "en"
    summary: str = ""
    link: str = ""
    file_name: str = ""
    file: bytes = b""


@dataclass(frozen=True)
class PublishedCall:
    """A call that we joined, as lists and feeds show it. `path` is its page in the reader's language."""

    reference: str
    title: str
    summary: str
    language: str
    lead: str
    link: str
    path: str
    published_at: datetime
    owner: str = ""


def published_calls(language: str) -> list[PublishedCall]:
    """The calls of others that we joined and told, the newest first; for pages and feeds in `language`. One query."""
    rows = JoinedCall.objects.published().defer("file").select_related("lead", "owner")
    return [
        PublishedCall(
            reference=row.reference,
            title=row.title,
            summary=row.summary,
            language=row.language,
            lead=row.lead.name,
            link=row.link,
            path=reverse("public:call_detail", kwargs={"lang": language, "slug": row.slug}),
            published_at=row.published_at,
            owner=row.owner.name,
        )
        for row in rows
    ]


def digest_of_call(call: JoinedCall) -> str:
    """SHA-256 over title, lead, link and file: what a decision is bound to."""
    parts = [call.title, str(call.lead_id), call.link, call.file_digest, call.language]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def add_call(asked: Asked, *, actor: User) -> JoinedCall:
    """Take down a call; `actor` asks for the decision, so somebody else takes it."""
    affiliation = actor.affiliations.order_by("id").first()
    with transaction.atomic():
        call = create_with_reference(
            JoinedCall,
            middle="J",
            slug=_free_slug(asked.title),
            title=asked.title,
            lead=asked.lead,
            language=asked.language,
            summary=asked.summary,
            link=asked.link,
            file_name=asked.file_name,
            file=asked.file or None,
            file_digest=hashlib.sha256(asked.file).hexdigest() if asked.file else "",
            received_on=asked.received_on,
            deadline=asked.deadline,
            asked_by=actor,
            **({"owner_id": affiliation.organisation_id} if affiliation else {}),
        )
        audit.record(actor, f"asked whether we join {call.reference}", about=call, label=call.reference)
    return call


def _free_slug(title: str) -> str:
    stem = slugify(title)[:100].strip("-") or "call"
    slug, number = stem, 1
    while JoinedCall.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug


def decide(call: JoinedCall, decision: str, *, reason: str, seen: str, actor: User) -> None:
    """Join or not, as a second person, with a reason. `seen` is the digest of the call that the page showed."""
    if not actor.has_perm("advocacy.approve"):
        raise JoiningError(_("Your role does not allow this. Ask an administrator."))
    if call.asked_by_id == actor.pk:
        raise JoiningError(_("You took this call down. Somebody else must decide."))
    if decision not in {JoinedCall.Decision.JOINED, JoinedCall.Decision.DECLINED}:
        raise JoiningError(_("Choose whether we join."))
    if not reason.strip():
        raise JoiningError(_("Give the reason; it is kept with the decision."))
    digest = digest_of_call(call)
    if seen != digest:
        raise JoiningError(_("The call has changed since you opened this page. Read it again."))
    with transaction.atomic():
        decided = JoinedCall.objects.filter(pk=call.pk, decision=JoinedCall.Decision.OPEN).update(
            decision=decision,
            decided_by=actor,
            decided_at=timezone.now(),
            reason=reason.strip()[:500],
            decided_digest=digest,
        )
        if not decided:
            raise JoiningError(_("Somebody else decided a moment ago."))
        words = "decided to join" if decision == JoinedCall.Decision.JOINED else "decided not to join"
        audit.record(actor, f"{words} {call.reference}", about=call, label=call.reference)
    call.refresh_from_db()


def publish_call(call: JoinedCall, *, actor: User) -> None:
    """Tell the public that we joined."""
    with transaction.atomic():
        rows = JoinedCall.objects.filter(pk=call.pk, decision=JoinedCall.Decision.JOINED, published_at__isnull=True)
        if not rows.update(published_at=timezone.now()):
            raise JoiningError(_("Only a call that we joined, and that is not public yet, can be published."))
        audit.record(actor, f"published that we joined {call.reference}", about=call, label=call.reference)
    call.refresh_from_db()


def take_down(call: JoinedCall, *, actor: User) -> None:
    """Take it off the public pages; the decision stays."""
    with transaction.atomic():
        if JoinedCall.objects.filter(pk=call.pk, published_at__isnull=False).update(published_at=None):
            audit.record(actor, f"took {call.reference} off the public pages", about=call, label=call.reference)
    call.refresh_from_db()


def address_of_call(call: JoinedCall, language: str = "") -> str:
    """The whole address of its public page."""
    lang = language or settings.LANGUAGE_CODE
    return settings.SITE_URL + reverse("public:call_detail", kwargs={"lang": lang, "slug": call.slug})


def deciders(call: JoinedCall) -> list[User]:
    """Who may decide: people with the permission who see the call, except the one who took it down."""
    return insiders_who_may("advocacy.approve", call.owner_id, but=call.asked_by_id)
