"""Who gets a mailing: one annotated query set that counts, previews and is frozen into deliveries.

Everybody whom an include rule matches is a row, once, however many rules match; a reason says who is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    Value,
    When,
    Window,
    prefetch_related_objects,
)
from django.db.models.functions import RowNumber
from django.utils import timezone

from contacts.counting import most
from contacts.criteria import normalise, resolve
from contacts.criteria.vocabulary import Words
from contacts.expressions import Lookup
from contacts.languages import effective_language
from contacts.models import Contact, LegalBasis, Subscription, Suppression
from contacts.models.people import ContactQuerySet
from mailing.alternatives import choice_expression
from mailing.dispatch.store import make_chunks
from mailing.freezing import context_expression, insert_deliveries
from mailing.models import AudienceRule, Delivery, Mailing
from mailing.places import shape_of
from mailing.silence import recipients_of, written_to

Reason = Delivery.SkipReason
# Whoever has no row in a language the letter is reviewed in gets its source language, or this.
FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True)
class AudiencePreview:
    """An audience as it would be frozen now."""

    matched: int = 0
    recipients: int = 0
    # Skip reason → number of people.
    left_out: dict[str, int] = field(default_factory=dict)
    # (wanted language, language they get, number of people), most first.
    by_language: list[tuple[str, str, int]] = field(default_factory=list)
    # (contact id, address key, language) of every recipient, in the order of the preview.
    recipient_keys: list[tuple[int, str, str]] = field(default_factory=list)
    # Contact id → the language they read, for those who get another.
    wanted: dict[int, str] = field(default_factory=dict)
    # Contact id → which alternative passages they read (mailing.places.shape_of), for letters that have any.
    shapes: dict[int, str] = field(default_factory=dict)
    # More people match than a page reads: the numbers above are those of the first `most()`.
    is_capped: bool = False

    @property
    def left_out_total(self) -> int:
        """matched − recipients."""
        return self.matched - self.recipients

    @property
    def in_fallback(self) -> int:
        """People who read another language than the one they get."""
        return sum(count for wanted, given, count in self.by_language if wanted != given)


def people(mailing: Mailing) -> ContactQuerySet:
    """All matched contacts, each once, with `wanted_language`, `given_language` and `skip_reason` ("" = gets it).

    Of several people with one address the one with the lowest id gets the letter.
    """
    return _people(mailing, is_freeze=False)


def order_of(mailing: Mailing) -> tuple[str, ...]:
    """The order of the preview and of the ledger: letters by name. A newsletter's people stand as they came in, since
    nobody reads a list of so many by name and rows in the order of their keys are written twice as fast."""
    return ("pk",) if mailing.kind == Mailing.Kind.NEWSLETTER else ("sort_key", "pk")


def _people(mailing: Mailing, *, is_freeze: bool) -> ContactQuerySet:
    rules = rules_of(mailing)
    reviewed = [content.language for content in mailing.contents.all() if content.is_reviewed]
    default = mailing.source_language if mailing.source_language in reviewed else FALLBACK_LANGUAGE
    return (
        _included(rules)
        .annotate(wanted_language=effective_language())
        .annotate(
            given_language=Lookup(F("wanted_language"), {code: code for code in reviewed}, default),
            skip_reason=_reason(mailing, rules, is_freeze=is_freeze),
        )
    )


def rules_of(mailing: Mailing) -> list[AudienceRule]:
    """The rules with their criteria in normal form; those a page has prefetched are not read again."""
    rules = mailing.audience_rules.all()
    is_read = "audience_rules" in getattr(mailing, "_prefetched_objects_cache", {})
    found = list(rules if is_read else rules.select_related("segment"))
    prefetch_related_objects([rule.segment for rule in found if rule.segment], "picks")
    words = Words()
    for rule in found:
        if rule.segment:
            rule.segment.criteria = normalise(rule.segment.criteria, words=words)
        elif rule.criteria is not None:
            rule.criteria = normalise(rule.criteria, words=words)
    return found


def _included(rules: list[AudienceRule]) -> ContactQuerySet:
    """Whoever any include rule names; nobody without one."""
    including = [rule for rule in rules if rule.effect == AudienceRule.Effect.INCLUDE]
    by_hand = [rule.contact_id for rule in including if rule.contact_id]
    matching = [_matching(rule) for rule in including if not rule.contact_id]
    if len(matching) == 1 and not by_hand:
        # One rule, as most audiences have: its conditions stand in the query itself, not in a part of it.
        return matching[0]
    found = Q(pk__in=by_hand)
    for people_ in matching:
        found |= Q(pk__in=people_.values("pk"))
    return Contact.objects.filter(found)


def _matching(rule: AudienceRule) -> ContactQuerySet:
    if rule.received_id:
        return recipients_of(rule.received_id, rule.received_state)
    return rule.segment.people() if rule.segment else resolve(rule.criteria or {})


def _reason(mailing: Mailing, rules: list[AudienceRule], *, is_freeze: bool) -> Case:
    """Why this person is left out; "" for no reason. The first that holds counts.

    Addresses are unique, so hardly anybody shares one: the few are sorted among themselves, not the whole audience. A
    page looks for them person by person, a freeze reads the index of addresses once from end to end.
    """
    own = _own_reasons(mailing, rules)
    if is_freeze:
        counted = Contact.objects.order_by().values("email_digest").annotate(people=Count("*"))
        shared = Q(email_digest__in=counted.filter(people__gt=1).values("email_digest"))
    else:
        same = Contact.objects.filter(email_digest=OuterRef("email_digest")).exclude(pk=OuterRef("pk"))
        shared = Q(Exists(same))
    sharing = _included(rules).order_by().filter(shared).annotate(own_reason=_first(own)).filter(own_reason="")
    place = Window(RowNumber(), partition_by=[F("email_digest")], order_by=[F("pk").asc()])
    later = sharing.annotate(place_at_address=place).filter(place_at_address__gt=1).values("pk")
    return _first([*own, When(pk__in=later, then=Value(Reason.DUPLICATE.value))])


def _first(reasons: list[When]) -> Case:
    return Case(*reasons, default=Value(""), output_field=CharField())


def _own_reasons(mailing: Mailing, rules: list[AudienceRule]) -> list[When]:
    """Why somebody is left out whoever else is in the audience."""
    blocked = Suppression.objects.of(mailing.suppression_scope).filter(email_digest=OuterRef("email_digest"))
    excluded, written = Q(pk__in=[]), Q(pk__in=[])
    for rule in rules:
        if rule.effect != AudienceRule.Effect.EXCLUDE:
            continue
        if rule.written_to_within_days is not None:
            written |= Q(written_to(mailing, rule.written_to_within_days))
        elif rule.contact_id:
            excluded |= Q(pk=rule.contact_id)
        else:
            excluded |= Q(pk__in=_matching(rule).values("pk"))
    return [
        When(erased_at__isnull=False, then=Value(Reason.ERASED.value)),
        When(Q(email_key__isnull=True) | Q(email=""), then=Value(Reason.NO_ADDRESS.value)),
        When(Q(Exists(blocked.filter(reason=Suppression.Reason.OBJECTION))), then=Value(Reason.OBJECTED.value)),
        When(Q(Exists(blocked)), then=Value(Reason.SUPPRESSED.value)),
        When(_without_basis(mailing), then=Value(Reason.EXCLUDED.value)),
        When(excluded, then=Value(Reason.EXCLUDED.value)),
        When(written, then=Value(Reason.COURTESY_CAP.value)),
    ]


def _without_basis(mailing: Mailing) -> Q:
    """Whom this mailing may not go to, on the two legal bases that are kept apart (docs/privacy.md).

    A newsletter goes to those who confirmed its list; a letter never to somebody held on consent alone.
    """
    if mailing.kind != Mailing.Kind.NEWSLETTER:
        return Q(legal_basis=LegalBasis.CONSENT)
    # Without a list nobody confirmed anything, so nobody gets it.
    active = Subscription.objects.filter(contact_list=mailing.contact_list_id, status=Subscription.Status.ACTIVE)
    return ~Q(Exists(active.filter(contact=OuterRef("pk"))))


def preview(mailing: Mailing) -> AudiencePreview:
    """What freezing now would give: counts, reasons, languages and the recipients' keys."""
    names = ("pk", "email_key", "wanted_language", "given_language", "skip_reason")
    ordered: Any = people(mailing).order_by(*order_of(mailing))
    choice = choice_expression(mailing)
    if choice is None:
        return _summed(ordered.values_list(*names))
    rows = list(ordered.annotate(choice=choice).values_list(*names, "choice"))
    shapes = {row[0]: shape_of({"passages": row[5]}) for row in rows if not row[4]}
    return replace(_summed(row[:5] for row in rows), shapes=shapes)


def count(mailing: Mailing) -> tuple[int, int]:
    """(matched, recipients) as freezing now would give, counted by the database and exact. Seconds for a million."""
    everybody: Any = _people(mailing, is_freeze=True)
    found = everybody.order_by().values_list("skip_reason").annotate(people=Count("*"))
    by_reason = dict(found)
    return sum(by_reason.values()), by_reason.get("", 0)


def _summed(rows: Iterable[tuple[int, str, str, str, str]]) -> AudiencePreview:
    left_out: dict[str, int] = {}
    languages: dict[tuple[str, str], int] = {}
    keys: list[tuple[int, str, str]] = []
    others: dict[int, str] = {}
    matched = 0
    for pk, key, wanted, given, reason in rows:
        matched += 1
        if reason:
            left_out[reason] = left_out.get(reason, 0) + 1
            continue
        languages[wanted, given] = languages.get((wanted, given), 0) + 1
        keys.append((pk, key, given))
        if wanted != given:
            others[pk] = wanted
    by_language = sorted(
        ((wanted, given, count) for (wanted, given), count in languages.items()), key=lambda row: (-row[2], row[0])
    )
    return AudiencePreview(matched, len(keys), left_out, by_language, keys, others)


def listed(mailing: Mailing) -> list[tuple[int, str, str]]:
    """Everybody matched, as far as a page goes: contact id, language they get, reason to be left out ("" = none)."""
    rows: Any = people(mailing).order_by(*order_of(mailing))
    return list(rows.values_list("pk", "given_language", "skip_reason")[: most()])


@dataclass(frozen=True)
class Reader:
    """One recipient as the checklist sees them."""

    pk: int
    language: str
    context: dict[str, Any]
    was_written_to: bool
    is_guessed: bool


def survey(mailing: Mailing, *, recently_days: int = 30) -> tuple[AudiencePreview, list[Reader]]:
    """The preview, and every recipient with merge values and what is worth a warning; one query for both.

    Reads no more people than pages count: beyond that the preview says that it is capped.
    """
    names = ("pk", "email_key", "wanted_language", "given_language", "skip_reason")
    more = ("context", "was_written_to", "family_name_is_guessed")
    found = with_context(mailing).annotate(was_written_to=written_to(mailing, recently_days))
    ordered: Any = found.order_by(*order_of(mailing)).values_list(*names, *more)
    rows = list(ordered[: most() + 1])
    is_capped = len(rows) > most()
    rows = rows[: most()]
    readers = [Reader(row[0], row[3], row[5], row[6], row[7]) for row in rows if not row[4]]
    shapes = {reader.pk: shape for reader in readers if (shape := shape_of(reader.context))}
    return replace(_summed(row[:5] for row in rows), is_capped=is_capped, shapes=shapes), readers


def with_context(mailing: Mailing) -> ContactQuerySet:
    """The same people with `context`: their merge values as JSON, made by the database."""
    return people(mailing).annotate(context=context_expression(passages=choice_expression(mailing)))


def freeze(mailing: Mailing) -> tuple[int, int]:
    """Write one delivery for every matched person, in one transaction: all of them or none. (matched, recipients)."""
    with transaction.atomic():
        insert_deliveries(mailing, _people(mailing, is_freeze=True).order_by(*order_of(mailing)))
        rows = Delivery.objects.filter(mailing=mailing)
        matched = rows.count()
        recipients = matched - rows.filter(status=Delivery.Status.SKIPPED).count()
        now = timezone.now()
        Mailing.objects.filter(pk=mailing.pk).update(frozen_at=now, matched=matched, recipients=recipients)
        make_chunks(mailing.pk)
    mailing.frozen_at, mailing.matched, mailing.recipients = now, matched, recipients
    return matched, recipients
