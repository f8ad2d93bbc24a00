"""Joining a list: somebody asks with an address, its owner confirms with the link that was mailed there.

Whoever asks learns nothing about the address: the answer is the same, and so is the work, whether it is new, waiting,
on the list, gone from it, or must not be written to. Everything is written as for a new one, and what must not stay is
taken back. Only `confirm` makes a contact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from contacts import consent
from contacts.addresses import clean_address, email_digest, email_key
from contacts.models import (
    ConsentWording,
    Contact,
    ContactList,
    LegalBasis,
    Merge,
    SignUp,
    Subscription,
    Suppression,
    Turn,
)
from contacts.open_lists import text_of
from contacts.preferences import link_for
from contacts.retention import Rule
from contacts.suppression import lift
from contacts.turns import keyed, take
from transport.outbox import queue_mail, ring

SALT = "contacts.signing_up"
MAIL = "link in the confirmation mail"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Confirmations: so many to one address a day, and for one client an hour. Nobody needs more, and a flood does.
TO_AN_ADDRESS = 1
FOR_A_CLIENT = 5
# A row that is emptied while its owner confirms is looked for again, so often.
ATTEMPTS = 5
# What stops even the question. An objection to one list does not: its owner may want it back. Nor does an erasure.
FINAL = Q(reason__in=["complaint", "hard_bounce"]) | Q(reason="objection", scope="all")
WHERE = {
    Subscription.Source.PAGE: "sign-up page",
    Subscription.Source.EMBED: "form on another site",
    Subscription.Source.API: "API",
}


class LinkRefused(ValueError):
    """The link confirms nothing; `status` is that of the page and `why` one of unknown, over, used."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        self.status = 404 if why == "unknown" else 410


@dataclass(frozen=True)
class Asked:
    """What somebody filled in, cleaned: the address with its key and keyed hash, and what they chose."""

    contact_list: ContactList
    email: str
    key: str
    digest: str
    language: str
    topics: list[int]
    source: str
    shown: ConsentWording | None


def sign_up(  # noqa: PLR0913 - a form has these fields
    contact_list: ContactList,
    address: str,
    *,
    language: str,
    source: str,
    topics: Iterable[int] = (),
    ip: str = "",
    shown: ConsentWording | None = None,
) -> None:
    """Somebody asks for a list. Mails a confirmation to a new address, and says so to one that is on the list already.

    `source` is one of Subscription.Source, `topics` are ids, `ip` is accounts.visitors.client_address, `shown` the
    wording that stood on the form (by default the one of that language). Gives nothing back, whoever it is about, and
    does nothing beyond the limits. Raises AddressError for what is no address, and for nothing else.
    """
    email = clean_address(address)
    key = email_key(email)
    shown = shown or contact_list.wording_in(language)
    asked = Asked(contact_list, email, key, email_digest(key), language, sorted(set(topics)), source, shown)
    with transaction.atomic():
        may = take(Turn.Kind.CLIENT, keyed("client", ip), most=FOR_A_CLIENT, within=HOUR)
        with transaction.atomic():
            is_kept = _write(asked) and may
            if not is_kept:
                transaction.set_rollback(True)
        if not is_kept:
            # The bell takes its time as well; it rings for everybody.
            transaction.on_commit(ring, robust=True)


def _write(asked: Asked) -> bool:
    """Take the turns and write the row and the mail, as for everybody; whether they may stay."""
    may = take(Turn.Kind.ADDRESS, keyed("address", asked.digest), most=TO_AN_ADDRESS, within=DAY)
    subscription = Subscription.objects.filter(
        contact__email_key=asked.key, contact_list=asked.contact_list, status=Subscription.Status.ACTIVE
    ).first()
    scope = consent.scope_of(asked.contact_list)
    is_barred = Suppression.objects.of(scope).filter(FINAL, email_digest=asked.digest).exists()
    with transaction.atomic():
        row = _remember(asked)
        if subscription is not None:
            transaction.set_rollback(True)
    purpose = "confirm-subscription" if subscription is None else "already-subscribed"
    queue_mail(
        purpose=purpose,
        to=asked.email,
        language=asked.language,
        context=_words(asked.contact_list, asked.language, row.asked_at)
        | {"url": _link_of(row) if subscription is None else link_for(subscription)},
        dedupe_key=f"sign-up:{uuid4()}",
    )
    within = take(Turn.Kind.ALL, "", most=settings.CONFIRMATIONS_PER_HOUR, within=HOUR)
    return may and within and not is_barred


def _remember(asked: Asked) -> SignUp:
    """The row of this address and list, as it was asked last."""
    row = SignUp(
        contact_list=asked.contact_list,
        email=asked.email,
        email_digest=asked.digest,
        language=asked.language,
        topics=asked.topics,
        source=asked.source,
        shown=asked.shown,
    )
    changed = ["email", "language", "topics", "source", "shown", "asked_at", "confirmed_at"]
    SignUp.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["contact_list", "email_digest"], update_fields=changed
    )
    return row


def _words(contact_list: ContactList, language: str, asked_at: datetime) -> dict[str, Any]:
    """What the mails say about the list, in the reader's language. Nothing that whoever asked has typed."""
    text = text_of(contact_list, language)
    with override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        until = date_format(timezone.localtime(ends_at(asked_at)), "j F")
    return {"name": text.name, "frequency": text.frequency, "until": until}


def ends_at(asked_at: datetime) -> datetime:
    """Until when a link confirms, and the address is kept."""
    return asked_at + timedelta(days=settings.KEEP_UNCONFIRMED_DAYS)


def token_of(row: SignUp) -> str:
    """The token that confirms: signed, with its time. It names the row, and the address it was for."""
    return _signer().sign(f"{row.pk}-{row.email_digest[:16]}")


def _link_of(row: SignUp) -> str:
    return settings.SITE_URL + reverse("confirm_subscription", args=[token_of(row)])


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=SALT, sep=".")


def asked_with(token: str) -> SignUp:
    """The sign-up a token names, confirmed or not. Changes nothing. Raises LinkRefused."""
    try:
        value = _signer().unsign(token, max_age=timedelta(days=settings.KEEP_UNCONFIRMED_DAYS))
        pk, _dash, digest = value.partition("-")
        return SignUp.objects.select_related("contact_list", "shown").get(pk=int(pk), email_digest__startswith=digest)
    except (SignatureExpired, SignUp.DoesNotExist):
        raise LinkRefused("over") from None
    except (BadSignature, ValueError):
        raise LinkRefused("unknown") from None


def subscription_of(row: SignUp) -> Subscription | None:
    """The active subscription of this address to this list."""
    rows = Subscription.objects.filter(contact_list=row.contact_list, status=Subscription.Status.ACTIVE)
    own = rows.filter(contact__email_digest=row.email_digest, contact__erased_at__isnull=True)
    return own.first() or rows.filter(contact__in=_merged(row)).first()


def _merged(row: SignUp) -> QuerySet[Any]:
    """Ids of whoever the owner of this address was merged into since they asked, so that the link still counts."""
    merges = Merge.objects.filter(shell__email_digest=row.email_digest, at__gte=row.asked_at)
    return merges.filter(into__erased_at__isnull=True).exclude(into__email_digest="").order_by("-at").values("into")


@transaction.atomic
def confirm(token: str, *, topics: Iterable[int] = (), shown: ConsentWording | None = None) -> Subscription:
    """The owner of the address wants the list: gives their active subscription. Again, it changes nothing.

    `topics` are ids of open topics of the list (others are left out), `shown` is the wording on the page with the
    button. Makes the contact where there is none, lifts their objection to this list and an erasure, keeps the proof
    and mails a welcome. Raises LinkRefused: unknown, over, or used where they have left since.
    """
    named = asked_with(token)
    # Two who press at once wait for each other, and so does somebody who asks again meanwhile.
    row = SignUp.objects.select_for_update().filter(pk=named.pk).first()
    if row is None:
        raise LinkRefused("over")
    if row.confirmed_at:
        subscription = subscription_of(row)
        if subscription is None:
            raise LinkRefused("used")
        return subscription
    SignUp.objects.filter(pk=row.pk).update(confirmed_at=timezone.now(), email="")
    contact = _contact_of(row)
    where = WHERE.get(Subscription.Source(row.source), "sign-up page")
    consent.ask(contact, row.contact_list, source=f"{where}, {row.language}", shown=row.shown, at=row.asked_at)
    shown = shown or row.shown
    is_new = consent.confirm(contact, row.contact_list, source=MAIL, shown=shown, always_proved=True)
    lift(contact, scope=consent.scope_of(row.contact_list))
    lift(contact, scope="all", reason=Suppression.Reason.ERASURE)
    subscription = Subscription.objects.get(contact=contact, contact_list=row.contact_list)
    if is_new:
        _settle(subscription, row, topics)
    return subscription


def _contact_of(row: SignUp) -> Contact:
    """Whoever has this address; somebody new on the ground of their consent. A known person keeps their data.

    Their row is held until the end of the transaction: who leaves, or takes an import back, comes before or after.
    """
    held: Any = Contact.objects.select_for_update(of=("self",)).filter(erased_at__isnull=True)
    for _attempt in range(ATTEMPTS):
        contact: Contact | None = held.filter(email_key=email_key(row.email)).first()
        contact = contact or held.filter(pk__in=_merged(row)[:1]).first()
        if contact is not None:
            return contact
        made, _created = Contact.objects.get_or_create(email_key=email_key(row.email), defaults=_facts(row))
        # Somebody else may have made them just now, and somebody may be emptying them.
        if contact := held.filter(pk=made.pk).first():
            return contact
    raise LinkRefused("over")


def _facts(row: SignUp) -> dict[str, Any]:
    """What is known of somebody new."""
    return {
        "email": row.email,
        "language": row.language,
        "legal_basis": LegalBasis.CONSENT,
        "source": f"Signed up for {row.contact_list.name}"[:200],
        # The form said what their data are used for (GDPR Article 13).
        "informed_at": row.asked_at,
    }


def _settle(subscription: Subscription, row: SignUp, topics: Iterable[int]) -> None:
    """What they chose, and the welcome."""
    subscription.language, subscription.source = row.language, row.source
    subscription.save(update_fields=["language", "source"])
    subscription.topics.set(row.contact_list.topics.filter(pk__in=list(topics), is_open=True))
    queue_mail(
        purpose="welcome",
        to=subscription.contact.email,
        language=row.language,
        context=_words(row.contact_list, row.language, row.asked_at) | {"url": link_for(subscription)},
        dedupe_key=f"welcome:{row.pk}:{row.asked_at.timestamp()}",
    )


def unconfirmed(before: datetime) -> QuerySet[Any]:
    """Addresses that asked before that moment: confirmed or not, their links are over."""
    return SignUp.objects.filter(asked_at__lt=before)


def rule() -> Rule:
    """The rule of contacts.retention that throws them away."""
    days = settings.KEEP_UNCONFIRMED_DAYS
    return Rule("sign-ups", _("Addresses that asked for a list"), days, unconfirmed, _delete)


def _delete(rows: QuerySet[Any]) -> int:
    return rows.delete()[0]
