"""What a colleague read when they decided, kept for good; and what changed between two readings.

People are kept as numbers of contacts and resolved when they are shown: whoever was erased has no name here either.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from advocacy.comparing import Change, Comparison, compare
from advocacy.paragraphs import paragraphs_of
from contacts.languages import language_name
from contacts.models import Contact
from mailing import issue_kinds, previews
from mailing.digests import parts_of
from mailing.findings import Checklist
from mailing.models import Delivery, Mailing, Review
from mailing.story import is_issue

# Of the people who came or went so many are named.
MOST_NAMES = 12


def keep(  # noqa: PLR0913 - what was decided, by whom, on what
    mailing: Mailing, found: Checklist, *, actor: User, decision: str, digest: str, note: str = ""
) -> Review:
    """Write down what a decision stood on. Call it in the transaction of the decision."""
    preview = found.preview
    is_letter = mailing.kind != Mailing.Kind.NEWSLETTER
    order = [pk for pk, _key, _language in preview.recipient_keys]
    return Review.objects.create(
        mailing=mailing,
        version=mailing.version,
        decision=decision,
        reader=actor,
        reader_label=str(actor),
        note=note[:500],
        digest=digest,
        parts=parts_of(mailing),
        people={
            "matched": preview.matched if is_letter else mailing.matched,
            "recipients": preview.recipients if is_letter else mailing.recipients,
            "left_out": preview.left_out,
            "languages": [list(row) for row in preview.by_language],
            "contacts": order if is_letter else [],
        },
        previews=_proposed(mailing, found, order),
        checklist=[{"key": i.key, "tone": i.tone, "title": i.title, "detail": i.detail} for i in found.items],
    )


def _proposed(mailing: Mailing, found: Checklist, order: list[int]) -> list[dict[str, Any]]:
    """What was proposed for reading: of a letter whose, of an issue which kinds of messages."""
    if mailing.has_blocks:
        kinds = issue_kinds.kinds_of(mailing, found.preview, found.readers).shown
        return [{"why": kind.count, "topics": kind.words, "language": kind.language} for kind in kinds]
    return [
        {"why": one.why, "contact": order[one.letter.number - 1], "language": one.letter.language}
        for one in previews.three_worth_reading(mailing, found.preview, found.readers)
    ]


@dataclass(frozen=True)
class TextChange:
    """What changed in one language: a word or two, and the paragraphs that differ."""

    language: str
    word: str = ""
    rows: list[tuple[int, Change]] = field(default_factory=list)


@dataclass(frozen=True)
class Changes:
    """What changed between a review and now."""

    since: Review
    is_own: bool
    texts: list[TextChange]
    # Sentences about the sender, the letterhead and whatever else an approval is bound to.
    others: list[str]
    then: int
    now: int
    joined: list[str]
    left: list[str]
    unchanged: int

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not (self.texts or self.others or self.joined or self.left or self.then != self.now)


def since_last_read(mailing: Mailing, reader: Any, contacts: list[int]) -> Changes | None:
    """What changed since this person decided the last time, else since anybody did; None before the first decision.

    `contacts`: the numbers of those who would get it now. Of an issue no people were kept, so there only how many they
    are is compared.
    """
    reviews = list(mailing.reviews.order_by("-id"))
    own = next((review for review in reviews if review.reader_id == reader.pk), None)
    since = own or next(iter(reviews), None)
    if since is None:
        return None
    old, new = since.parts, parts_of(mailing)
    texts, unchanged = _texts(old, new)
    is_letter = mailing.kind != Mailing.Kind.NEWSLETTER
    was, now = since.people.get("contacts") or [], contacts if is_letter else []
    then = since.people.get("recipients") or 0
    known = len(now) if was or now else then
    names = _names({*was} ^ {*now})
    return Changes(
        since=since,
        is_own=own is not None,
        texts=texts,
        others=list(_others(old, new)),
        then=then,
        now=known if is_letter else mailing.recipients or 0,
        joined=[names[pk] for pk in now if pk in names][:MOST_NAMES],
        left=[names[pk] for pk in was if pk in names][:MOST_NAMES],
        unchanged=unchanged,
    )


def _texts(old: dict[str, Any], new: dict[str, Any]) -> tuple[list[TextChange], int]:
    """The languages that differ, and how many paragraphs of all languages stayed."""
    before = {row[0]: row for row in old.get("texts", [])}
    after = {row[0]: row for row in new.get("texts", [])}
    found, unchanged = [], 0
    for language in sorted(before.keys() | after.keys()):
        if language not in after:
            found.append(TextChange(language, _("taken out")))
        elif language not in before:
            found.append(TextChange(language, _("new")))
        else:
            comparison = _compared(before[language], after[language])
            unchanged += comparison.count("same")
            rows = [(n, row) for n, row in enumerate(comparison.changes) if row.change != "same"]
            word = "" if before[language][3] == after[language][3] else _word(is_reviewed=after[language][3])
            if rows or word:
                found.append(TextChange(language, word, rows))
    return found, unchanged


def _word(*, is_reviewed: bool) -> str:
    return _("reviewed now") if is_reviewed else _("not reviewed any more")


def _compared(old: list[Any], new: list[Any]) -> Comparison:
    return compare(paragraphs_of(old[1], "", old[2]), paragraphs_of(new[1], "", new[2]))


def _others(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    sentences = {
        "sender": _("The sender is another one or signs otherwise."),
        "letterhead": _("The letterhead is another one."),
        "passages": _("The alternative passages changed."),
        "attachments": _("The attachments changed."),
        "paper": _("Whether the letter comes as a PDF as well changed."),
        "counting": _("Whether clicks are counted changed."),
        "blocks": _("The blocks, their order or their topics changed."),
        "preheaders": _("A preheader changed."),
    }
    for key in sorted((old.keys() | new.keys()) - {"texts", "reference", "recipients"}):
        if old.get(key) != new.get(key):
            yield sentences.get(key) or _("Something else about it changed (%(what)s).") % {"what": key}


def _names(pks: set[int]) -> dict[int, str]:
    people = Contact.objects.filter(pk__in=pks) if pks else []
    return {person.pk: str(person) if person.erased_at is None else _("erased") for person in people}


@dataclass(frozen=True)
class Shown:
    """One letter that was proposed for reading: whose, why, in which language, and the row it became.

    Of an issue `name` are the topics, and `why` is how many read it: it has no row.
    """

    name: str
    why: str
    language: str
    delivery: Delivery | None


def shown(review: Review) -> list[Shown]:
    """The letters that were proposed to the reader, with the names that people have now; two queries."""
    pks = [one["contact"] for one in review.previews if "contact" in one]
    names = _names(set(pks))
    rows = {row.contact_id: row for row in Delivery.objects.filter(mailing=review.mailing_id, contact__in=pks)}
    return [
        Shown(names.get(one["contact"]) or _("erased"), one["why"], one["language"], rows.get(one["contact"]))
        if "contact" in one
        else Shown(one["topics"], one["why"], one["language"], None)
        for one in review.previews
    ]


def sum_sentence(review: Review) -> str:
    """ "111 matched, 5 left out, 106 letters.", of an issue "106 readers." """
    matched, recipients = review.people.get("matched") or 0, review.people.get("recipients") or 0
    letters = ngettext("%(n)d letter", "%(n)d letters", recipients) % {"n": recipients}
    if is_issue(review.mailing):
        letters = ngettext("%(n)d reader", "%(n)d readers", recipients) % {"n": recipients}
    sentence = _("%(matched)d matched, %(out)d left out, %(letters)s.")
    return sentence % {"matched": matched, "out": matched - recipients, "letters": letters}


def languages_of(review: Review) -> list[str]:
    """The languages of the texts that were read, by name."""
    return [language_name(row[0]) for row in review.parts.get("texts", [])]
