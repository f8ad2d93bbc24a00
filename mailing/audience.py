"""Who gets a mailing: one annotated query set that counts, previews and is frozen into deliveries.

Everybody whom an include rule matches is a row, once, however many rules match; a reason says who is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.db.models import CharField, Count, Expression, F, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils import timezone

from contacts.counting import most
from contacts.criteria import normalise
from contacts.expressions import Lookup
from contacts.languages import effective_language
from contacts.models.people import ContactQuerySet
from mailing.alternatives import choice_expression, words_of
from mailing.courtesy import hold
from mailing.dispatch.store import make_chunks
from mailing.freezing import context_expression, insert_deliveries, issue_values
from mailing.models import AudienceRule, Delivery, Mailing
from mailing.places import shape_of
from mailing.reasons import included, reason_expression, subscription_of
from mailing.silence import written_to

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


def language_of(mailing: Mailing) -> Expression:
    """The language somebody wants this mailing in: what they chose for its list, else their own."""
    if mailing.kind != Mailing.Kind.NEWSLETTER or not mailing.contact_list_id:
        return effective_language()
    chosen = Subquery(subscription_of(mailing).exclude(language="").values("language")[:1])
    return Coalesce(chosen, effective_language(), output_field=CharField())


def order_of(mailing: Mailing) -> tuple[str, ...]:
    """The order of the preview and of the ledger: letters by name. A newsletter's people stand as they came in, since
    nobody reads a list of so many by name and rows in the order of their keys are written twice as fast."""
    return ("pk",) if mailing.kind == Mailing.Kind.NEWSLETTER else ("sort_key", "pk")


def _people(mailing: Mailing, *, is_freeze: bool) -> ContactQuerySet:
    rules = rules_of(mailing)
    reviewed = [content.language for content in mailing.contents.all() if content.is_reviewed]
    default = mailing.source_language if mailing.source_language in reviewed else FALLBACK_LANGUAGE
    return (
        included(rules)
        .annotate(wanted_language=language_of(mailing))
        .annotate(
            given_language=Lookup(F("wanted_language"), {code: code for code in reviewed}, default),
            skip_reason=reason_expression(mailing, rules, is_freeze=is_freeze),
        )
    )


def rules_of(mailing: Mailing) -> list[AudienceRule]:
    """The rules with their criteria in normal form; those a page has prefetched are not read again."""
    rules = mailing.audience_rules.all()
    is_read = "audience_rules" in getattr(mailing, "_prefetched_objects_cache", {})
    found = list(rules if is_read else rules.select_related("segment", "contact_list", "received"))
    prefetch_related_objects([rule.segment for rule in found if rule.segment], "picks")
    words = words_of(mailing)
    for rule in found:
        if rule.segment:
            rule.segment.criteria = normalise(rule.segment.criteria, words=words)
        elif rule.criteria is not None:
            rule.criteria = normalise(rule.criteria, words=words)
    return found


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
    context = context_expression(passages=choice_expression(mailing), own=issue_values(mailing))
    return people(mailing).annotate(context=context)


def freeze(mailing: Mailing) -> tuple[int, int]:
    """Write one delivery for every matched person, in one transaction: all of them or none. (matched, recipients).

    Audiences are frozen one after the other where a courtesy cap holds, so that two cannot both write to somebody
    whom only one more letter may reach.
    """
    with transaction.atomic():
        found = write_deliveries(mailing)
        seal(mailing, *found)
    return found


def write_deliveries(mailing: Mailing) -> tuple[int, int]:
    """The first part of a freeze: the rows. Touches no row of anybody else. Call it in a transaction."""
    hold(mailing)
    insert_deliveries(mailing, _people(mailing, is_freeze=True).order_by(*order_of(mailing)))
    rows = Delivery.objects.filter(mailing=mailing)
    matched = rows.count()
    return matched, matched - rows.filter(status=Delivery.Status.SKIPPED).count()


def seal(mailing: Mailing, matched: int, recipients: int) -> None:
    """The second part: the mailing knows its numbers and is cut into chunks. In the same transaction."""
    now = timezone.now()
    Mailing.objects.filter(pk=mailing.pk).update(frozen_at=now, matched=matched, recipients=recipients)
    make_chunks(mailing.pk)
    mailing.frozen_at, mailing.matched, mailing.recipients = now, matched, recipients
