"""The settings of a reader: languages, topics, a pause, leaving and coming back, changed with a signed link.

What a reader does holds at once: whoever sends reads these rows. Every change locks the person's row first, as leaving
does, so that two pages that are open at once act one after the other: the later word holds, and leaving always wins,
since everything but coming back leaves an ended subscription as it is. The trail says what changed, without an address.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from contacts import consent, registry
from contacts.confidentiality import has_secrets
from contacts.models import Contact, FormerSubscription, LegalBasis, Merge, Subscription, Suppression, Topic
from contacts.suppression import lift, suppress

SALT = "contacts.preferences"
LONGEST_TOKEN = 200
PAUSE_MONTHS = 3
# How sentences of the trail begin that tell what a reader did (contacts.consent_story reads them again).
READER = "noted that the reader "
Status = Subscription.Status
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Wishes:
    """What a reader chose on the page: ids of subscriptions and of topics, and those that the page showed.

    What it did not show stays as it is: a list joined in the meantime is not left by an older page.
    """

    language: str
    country: str | None
    lists: frozenset[int]
    lists_shown: frozenset[int]
    topics: frozenset[int]
    topics_shown: frozenset[int]


def link_for(subscription: Subscription) -> str:
    """The whole address of the page with a reader's own settings, for mail of the system. Runs no query."""
    return f"{settings.SITE_URL}/p/{token_for(subscription)}/"


def token_for(subscription: Subscription) -> str:
    """A token that names one subscription. It never expires.

    It holds the moment in which the row was made as well, so that no other row answers to it, whatever a backup that
    was restored does to the numbers of rows.
    """
    return _signer().sign(f"{subscription.pk}-{_moment(subscription.created_at)}")


def subscription_with(token: str) -> Subscription | None:
    """The subscription a token names, ours or one that another room mails; None for others and for who was erased."""
    for look_up in (_own, *registry.preference_tokens):
        subscription = look_up(token)
        if subscription is not None:
            return None if subscription.contact.erased_at else subscription
    return None


def _own(token: str) -> Subscription | None:
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        pk, _dash, moment = _signer().unsign(token).partition("-")
        number = int(pk)
    except (BadSignature, ValueError):
        return None
    rows = Subscription.objects.select_related("contact", "contact_list__owner")
    found = rows.filter(pk=number).first()
    if found is not None:
        return found if _moment(found.created_at) == moment else None
    formers = FormerSubscription.objects.filter(number=number)
    kept = [row.subscription_id for row in formers if _moment(row.made_at) == moment]
    return rows.filter(pk__in=kept).first()


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")


def _moment(made_at: datetime) -> str:
    """When a row was made, in microseconds, in hexadecimal digits."""
    return f"{(made_at - EPOCH) // timedelta(microseconds=1):x}"


# What a page shows of a list.
WORDS_AND_TOPICS = ("contact_list__texts", "contact_list__topics__texts", "topics")


def lists_of(subscription: Subscription, *along: str) -> list[Subscription]:
    """What this person gets: this list first, when it has not ended, then the others, with words and topics.

    Give what is read `along` where less is needed.
    """
    rows = Subscription.objects.filter(contact=subscription.contact_id, status=Status.ACTIVE)
    found = rows.select_related("contact", "contact_list").prefetch_related(*(along or WORDS_AND_TOPICS))
    return sorted(found.order_by("pk"), key=lambda row: row.pk != subscription.pk)


def is_reader_alone(contact: Contact) -> bool:
    """Whether we know this person as a reader and as nothing else, so that a link may hand out and erase everything.

    A link is forwarded easily. What we hold about a member of the Parliament, or about somebody whose address is
    secret, a colleague gives out or erases, who can ask back.
    """
    return contact.legal_basis == LegalBasis.CONSENT and not has_secrets(contact) and not contact.mandates.exists()


def save(subscription: Subscription, wishes: Wishes) -> bool:
    """Take everything a reader chose on the page. True when anything changed."""
    with transaction.atomic():
        contact = _locked(subscription)
        if contact is None:
            return False
        is_other = wishes.country not in (None, contact.country)
        changed = set_country(subscription, wishes.country or "") if is_other else False
        rows = lists_of(subscription, "contact_list__topics", "topics")
        # A page that was open while two people were merged shows the row of one of them that is no more.
        names = {row.pk: {row.pk} for row in rows}
        for former in FormerSubscription.objects.filter(subscription__in=rows):
            names[former.subscription_id].add(former.number)
        for row in rows:
            if names[row.pk] & wishes.lists_shown and not names[row.pk] & wishes.lists:
                changed = leave(row) or changed
                continue
            # Read while the person's row is held, so what is as they wish it is not asked for again.
            if row.language != wishes.language:
                changed = set_language(row, wishes.language) or changed
            now, of_list = {topic.pk for topic in row.topics.all()}, row.contact_list.topics.all()
            is_open = {topic.pk for topic in of_list if topic.is_open}
            if _chosen(now, is_open, wishes.topics, wishes.topics_shown) != now:
                changed = choose_topics(row, wishes.topics, shown=wishes.topics_shown) or changed
    return changed


@transaction.atomic
def set_language(subscription: Subscription, language: str) -> bool:
    """From now on this list comes in this language. True when it did not before."""
    _locked(subscription)
    rows = Subscription.objects.filter(pk=subscription.pk, status=Status.ACTIVE).exclude(language=language)
    changed = rows.update(language=language)
    if changed:
        _tell(subscription, f"chose the language {language} for")
    return bool(changed)


@transaction.atomic
def set_country(subscription: Subscription, country: str) -> bool:
    """The reader's country ("" for none), where we know them as a reader alone. True when it is another now."""
    contact = _locked(subscription)
    if contact is None or contact.country == country or not is_reader_alone(contact):
        return False
    Contact.objects.filter(pk=contact.pk).update(country=country, changed_at=timezone.now())
    record(None, f"{READER}said which country they live in", about=contact)
    return True


@transaction.atomic
def choose_topics(subscription: Subscription, topics: Iterable[int], *, shown: Iterable[int] | None = None) -> bool:
    """These topics (ids) of the list and no others. True when something changed.

    Ids of other lists are left out, and so are closed topics unless the reader has them already. `shown` are the
    topics the reader could see; others stay as they are. By default all.
    """
    _locked(subscription)
    row = Subscription.objects.filter(pk=subscription.pk, status=Status.ACTIVE).first()
    if row is None:
        return False
    now = set(row.topics.values_list("pk", flat=True))
    of_list = set(Topic.objects.filter(contact_list=row.contact_list_id, is_open=True).values_list("pk", flat=True))
    wanted = _chosen(now, of_list, topics, shown)
    if wanted == now:
        return False
    row.topics.set(wanted)
    slugs = Topic.objects.filter(pk__in=wanted).values_list("slug", flat=True)
    _tell(subscription, f"chose topics ({', '.join(slugs) or 'none'}) of")
    return True


def _chosen(now: set[int], is_open: set[int], topics: Iterable[int], shown: Iterable[int] | None) -> set[int]:
    """The topics (ids) of somebody who has `now` and ticks `topics` of those that are `shown`."""
    seen = (is_open | now) if shown is None else (is_open | now) & set(shown)
    return (now - seen) | (set(topics) & seen)


@transaction.atomic
def pause(subscription: Subscription) -> date | None:
    """Nothing of this list for three months. Gives the day on which it starts again; None where it has ended."""
    _locked(subscription)
    until = in_months(timezone.localdate(), PAUSE_MONTHS)
    rows = Subscription.objects.filter(pk=subscription.pk, status=Status.ACTIVE)
    if rows.exclude(paused_until=until, paused_until__isnull=False).update(paused_until=until):
        _tell(subscription, f"paused, until {until.isoformat()},")
    return until if rows.exists() else None


@transaction.atomic
def resume(subscription: Subscription) -> bool:
    """End a pause. True when there was one."""
    _locked(subscription)
    rows = Subscription.objects.filter(pk=subscription.pk, status=Status.ACTIVE, paused_until__isnull=False)
    changed = rows.update(paused_until=None)
    if changed:
        _tell(subscription, "ended the pause of")
    return bool(changed)


@transaction.atomic
def pause_everything(subscription: Subscription) -> date | None:
    """`pause` for every list this person gets. None where there is none."""
    _locked(subscription)
    days = [pause(row) for row in lists_of(subscription)]
    return next((day for day in days if day), None)


@transaction.atomic
def resume_everything(subscription: Subscription) -> bool:
    """`resume` for every list this person gets."""
    _locked(subscription)
    # Each of them, not only the first.
    return sum(resume(row) for row in lists_of(subscription)) > 0


@transaction.atomic
def leave(subscription: Subscription, *, source: str = "settings") -> bool:
    """The reader wants no more of this list: holds for what waits to be sent as well. True when that is new."""
    contact = _locked(subscription)
    if contact is None:
        # Erased, or taken back with an import, while the page was open: their word holds for the address.
        gone = subscription.contact
        scope = consent.scope_of(subscription.contact_list)
        return bool(gone.email_digest) and suppress(gone, scope=scope, reason=Suppression.Reason.OBJECTION)
    is_new = bool(contact.email_digest) and suppress(
        contact, scope=consent.scope_of(subscription.contact_list), reason=Suppression.Reason.OBJECTION
    )
    return consent.leave(contact, subscription.contact_list, source=source) or is_new


@transaction.atomic
def come_back(subscription: Subscription, *, source: str = "settings") -> bool:
    """Undo `leave`. What stops messages for another reason, such as a mailbox that is gone, stays."""
    contact = _locked(subscription)
    if contact is None or not contact.email_digest:
        return False
    if not lift(contact, scope=consent.scope_of(subscription.contact_list)):
        return False
    consent.come_back(contact, subscription.contact_list, source=source)
    return True


def has_left(subscription: Subscription) -> bool:
    """Whether the reader has left this list, so that it can be undone."""
    scope = consent.scope_of(subscription.contact_list)
    rows = Suppression.objects.filter(scope=scope, reason=Suppression.Reason.OBJECTION)
    digest = subscription.contact.email_digest
    return bool(digest) and rows.filter(email_digest=digest).exists()


def in_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month: 30 November and three months is 28 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _locked(subscription: Subscription) -> Contact | None:
    """The person's row, held until the end of the transaction; None when it is gone or erased.

    Of somebody who was merged since the page was asked for, it is the row that is left.
    """
    rows: Any = Contact.objects.select_for_update(of=("self",)).filter(erased_at__isnull=True)
    found: Contact | None = rows.filter(pk=subscription.contact_id).first()
    if found is None:
        into = Merge.objects.filter(shell=subscription.contact_id).values("into")
        found = rows.filter(pk__in=into).first()
        if found is not None:
            subscription.contact = found
    return found


def _tell(subscription: Subscription, what: str) -> None:
    """One line of the trail."""
    record(None, f"{READER}{what} “{subscription.contact_list.name}”", about=subscription.contact)
