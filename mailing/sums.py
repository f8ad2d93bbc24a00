"""The arithmetic of an audience in words: what its rules are called, who sits where, and what emptied it."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.criteria import why_empty
from contacts.languages import language_name
from mailing import audience
from mailing.audience import AudiencePreview, Reader
from mailing.choosing import Source, source_of
from mailing.courtesy import cap_of
from mailing.models import AudienceRule, Delivery, Mailing

Reason = Delivery.SkipReason
Effect = AudienceRule.Effect
# Languages that have a bar of their own; the rest are one.
MOST_BARS = 8


@dataclass(frozen=True)
class Row:
    """A source of an audience as a page shows it."""

    source: Source
    words: str
    is_included: bool


def source_rows(mailing: Mailing) -> list[Row]:
    """The sources of an audience: those that include first."""
    found = [
        Row(source, words_of(rule), rule.effect == Effect.INCLUDE)
        for rule in audience.rules_of(mailing)
        if (source := source_of(rule))
    ]
    return sorted(found, key=lambda row: (not row.is_included, row.words))


def words_of(rule: AudienceRule) -> str:
    """What a rule's source is called: "the saved audience “Full members of LIBE”"."""
    if rule.segment:
        return _("the saved audience “%(name)s”") % {"name": rule.segment}
    if rule.contact_list:
        return _("the list “%(name)s”") % {"name": rule.contact_list}
    if rule.received:
        names = {"reference": rule.received.reference}
        if rule.received_state == AudienceRule.Received.UNANSWERED:
            return _("whoever got %(reference)s and did not reply") % names
        return _("whoever got %(reference)s") % names
    if rule.written_to_within_days is not None:
        return _("anyone we wrote to in the last %(days)d days") % {"days": rule.written_to_within_days}
    return _("a person chosen by hand") if rule.contact_id else _("the choices of this letter")


def empty_reason(mailing: Mailing, preview: AudiencePreview) -> str:
    """Why an audience is empty, in a sentence that names the rule which emptied it."""
    rules = audience.rules_of(mailing)
    if preview.matched:
        return _all_left_out(mailing, preview, rules)
    for rule in rules:
        if rule.effect != Effect.INCLUDE or rule.contact_id:
            continue
        if source_of(rule) and not rule.segment_id:
            return _("Nobody is among %(people)s.") % {"people": words_of(rule)}
        if reason := why_empty(rule.segment.criteria if rule.segment else rule.criteria or {}):
            return reason
    return _("Nobody has been chosen yet.")


def _all_left_out(mailing: Mailing, preview: AudiencePreview, rules: list[AudienceRule]) -> str:
    """The reason that takes most of them, with the rule behind it where it is one of this letter's."""
    sentence = _("%(n)d matched, and all of them are left out.") % {"n": preview.matched}
    reason, count = max(preview.left_out.items(), key=lambda row: row[1])
    excluding = [rule for rule in rules if rule.effect == Effect.EXCLUDE]
    names = ""
    if reason == Reason.EXCLUDED:
        names = ", ".join(sorted({words_of(rule) for rule in excluding if rule.written_to_within_days is None}))
    elif reason == Reason.COURTESY_CAP:
        days = [words_of(rule) for rule in excluding if rule.written_to_within_days is not None]
        names = ", ".join([*days, *([cap_words(mailing)] if cap_words(mailing) else [])])
    words = names or str(Reason(reason).label)
    return f"{sentence} " + _("Why: %(what)s (%(n)d).") % {"what": words, "n": count}


def cap_words(mailing: Mailing) -> str:
    """ "no office gets more than 3 letters in 30 days"; nothing where no cap is set, or for a newsletter."""
    cap = cap_of(mailing.owner) if mailing.kind == Mailing.Kind.LETTER else None
    if cap is None:
        return ""
    sentence = ngettext(
        "no office gets more than one letter in %(days)d days",
        "no office gets more than %(letters)d letters in %(days)d days",
        cap.letters,
    )
    return sentence % {"letters": cap.letters, "days": cap.days}


def twice_words(criteria: dict[str, Any], readers: list[Reader]) -> str:
    """ "4 sit on several of these committees and get one letter"; nothing where nobody does."""
    chosen = {code for node in _nodes(criteria) for code in node.get("seat", {}).get("committee", [])}
    count = sum(len(chosen & set(reader.context.get("committees") or [])) > 1 for reader in readers)
    if not count:
        return ""
    sentence = ngettext(
        "%(n)d sits on several of these committees and gets one letter",
        "%(n)d sit on several of these committees and get one letter",
        count,
    )
    return sentence % {"n": count}


def _nodes(criteria: dict[str, Any]) -> list[dict[str, Any]]:
    """The conditions of the outermost "all", or the one there is."""
    return [node for node in criteria.get("all", [criteria]) if isinstance(node.get("seat", {}), dict)]


def left_out_by(preview: AudiencePreview) -> dict[str, int]:
    """The numbers beside the lines that leave people out."""
    counts = preview.left_out
    return {
        "objected": counts.get(Reason.OBJECTED, 0),
        "bounced": counts.get(Reason.SUPPRESSED, 0),
        "no_address": counts.get(Reason.NO_ADDRESS, 0),
        "written": counts.get(Reason.COURTESY_CAP, 0),
        "rules": counts.get(Reason.EXCLUDED, 0),
        "other": counts.get(Reason.DUPLICATE, 0) + counts.get(Reason.ERASED, 0),
    }


def language_bars(preview: AudiencePreview, *, most: int | None = None) -> list[dict[str, Any]]:
    """Rows of components/hbars.html: languages people read, longest first; those who get another one are marked.

    Beyond `most` of them the smallest are one bar, which is marked where any of them gets another language.
    """
    rows = list(preview.by_language)
    head, tail = (rows, []) if most is None or len(rows) <= most + 1 else (rows[:most], rows[most:])
    others = sum(count for _wanted, _given, count in tail)
    longest = max([others, *(count for _wanted, _given, count in head)], default=1) or 1
    bars = [
        _bar(language_name(wanted), count, longest, given if given != wanted else "") for wanted, given, count in head
    ]
    if tail:
        given = sorted({got for wanted, got, _count in tail if got != wanted})
        words = ngettext("%(n)d other", "%(n)d others", len(tail)) % {"n": len(tail)}
        bar = _bar(words, others, longest, given[0] if given else "")
        if given and any(wanted == got for wanted, got, _count in tail):
            bar["note"] = _("some in %(language)s") % {"language": language_name(given[0])}
        bars.append(bar)
    return bars


def _bar(label: str, count: int, longest: int, given: str) -> dict[str, Any]:
    note = _("in %(language)s") % {"language": language_name(given)} if given else ""
    return {"label": label, "value": count, "total": longest, "note": note, "warn": bool(given)}


def fallback(mailing: Mailing, preview: AudiencePreview) -> dict[str, Any] | None:
    """Who gets another language than their own, and why: texts that nobody has reviewed, and texts that are not there.

    None where everybody reads their own. Each language has the address where that is mended, most people first.
    """
    others = [(wanted, given, count) for wanted, given, count in preview.by_language if wanted != given]
    if not others:
        return None
    begun = {content.language for content in mailing.contents.all()}
    write = reverse("mailing:letter_write", args=[mailing.reference])

    def rows(*, are_begun: bool) -> list[dict[str, Any]]:
        return [
            {"name": language_name(wanted), "count": count, "url": f"{write}?lang={wanted}"}
            for wanted, _given, count in others
            if (wanted in begun) == are_begun
        ]

    return {
        "count": preview.in_fallback,
        "given": language_name(others[0][1]),
        "unreviewed": rows(are_begun=True),
        "missing": rows(are_begun=False),
    }
