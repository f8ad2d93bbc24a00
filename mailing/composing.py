"""Writing what a letter says differently to different readers, and which asks it makes."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from advocacy.drafting import was_changed_elsewhere
from advocacy.models import Ask, AskText
from contacts.models import Segment
from mailing import merge, places
from mailing.alternatives import of_place
from mailing.following import edit_all
from mailing.inserting import before_closing, in_list
from mailing.lifecycle import LifecycleError, record_edit
from mailing.models import Mailing, MailingAsk, MailingContent, Passage, PassageText
from mailing.states import locked


class PassageConflict(Exception):
    """Somebody else saved this passage first; `theirs` is what it says now. Nothing was written."""

    def __init__(self, theirs: PassageText) -> None:
        super().__init__(_("Somebody else changed this passage while you wrote."))
        self.theirs = theirs


@dataclass(frozen=True)
class Readers:
    """Whom a passage is for: a segment, criteria of its own, a country, or with none of them everybody else."""

    segment: Segment | None = None
    criteria: dict[str, Any] | None = None
    country: str = ""

    def columns(self) -> dict[str, Any]:
        """The columns of a Passage."""
        return {"segment": self.segment, "criteria": self.criteria, "country": self.country}


@dataclass(frozen=True)
class Wording:
    """What a person typed for one language of a passage; `body` is clean HTML. `page` as in drafting.Words."""

    language: str
    body: str
    edition: int = 0
    page: str = ""


def free_place(mailing: Mailing) -> int:
    """The number of the next new place. Raises LifecycleError when there are nine."""
    taken = set(mailing.passages.values_list("place", flat=True))
    free = next((number for number in range(1, places.MOST_PLACES + 1) if number not in taken), None)
    if free is None:
        raise LifecycleError(_("A letter can have nine places for alternative passages. Take one out first."))
    return free


def save_passage(passage: Passage, readers: Readers, wording: Wording, *, actor: User) -> Passage:
    """Save an alternative and one language of its wording; one that has no id yet becomes the last at its place.

    A place that stands in no text yet is put before the closing of every version. Raises merge.MergeError for a
    wording outside the merge language, PassageConflict when somebody else saved first, LifecycleError for a second
    text for everybody else and once sending has started.
    """
    problems = merge.check(wording.body, html=True, may_place=False)
    if problems:
        raise merge.MergeError(problems)
    mailing = passage.mailing
    with transaction.atomic():
        locked(mailing)
        _refuse_second_rest(passage, readers)
        text = passage.texts.filter(language=wording.language).first() if passage.pk else None
        _refuse_conflict(text, wording, actor)
        record_edit(mailing, actor=actor, what=f"changed passage {passage.place} ({wording.language})")
        if not passage.pk:
            passage.position = _last(mailing, passage.place) + 1
        for name, value in readers.columns().items():
            setattr(passage, name, value)
        if not passage.country:
            passage.plan, passage.plan_digest = None, ""
        passage.save()
        _write(passage, text, wording, actor)
        put_place(mailing, passage.place, actor=actor)
    return passage


def _refuse_second_rest(passage: Passage, readers: Readers) -> None:
    if readers.segment or readers.criteria is not None or readers.country:
        return
    others = passage.mailing.passages.filter(place=passage.place, segment=None, criteria__isnull=True, country="")
    if others.exclude(pk=passage.pk).exists():
        raise LifecycleError(_("There is a text for everybody else already. Change that one."))


def _refuse_conflict(text: PassageText | None, wording: Wording, actor: User) -> None:
    """Raise PassageConflict when these are not the words that the page was opened on."""
    if text is None or text.body == wording.body:
        return
    if was_changed_elsewhere(text, edition=wording.edition, page=wording.page, actor=actor):
        raise PassageConflict(text)


def _write(passage: Passage, text: PassageText | None, wording: Wording, actor: User) -> None:
    """Write, or with nothing typed take out, one language of a passage."""
    if not wording.body:
        if text is not None:
            text.delete()
        return
    row = text or PassageText(passage=passage, language=wording.language, edition=0)
    row.body, row.saved_from, row.changed_by = wording.body, wording.page, actor
    row.edition += 1
    row.save()


def _last(mailing: Mailing, place: int) -> int:
    return mailing.passages.filter(place=place).aggregate(last=Max("position"))["last"] or 0


def put_place(mailing: Mailing, place: int, *, actor: User) -> None:
    """Put a place that stands in no text before the closing of every language version. Call it in a transaction."""
    if any(place in places.places_in(text.body) for text in MailingContent.objects.filter(mailing=mailing)):
        return
    what = f"put passage {place} into the text"
    edit_all(mailing, lambda text: before_closing(text.body, f"<p>{places.token(place)}</p>"), actor=actor, what=what)


def move_passage(passage: Passage, *, down: bool, actor: User) -> bool:
    """Try an alternative earlier or later than its neighbour; False at the end. Everybody else is always last."""
    with transaction.atomic():
        locked(passage.mailing)
        row = [one for one in of_place(passage.mailing.passages.all(), passage.place) if not one.is_for_the_rest]
        at = next((number for number, one in enumerate(row) if one.pk == passage.pk), None)
        other = None if at is None else at + (1 if down else -1)
        if at is None or other is None or not 0 <= other < len(row):
            return False
        record_edit(passage.mailing, actor=actor, what=f"changed the order of passage {passage.place}")
        row[at], row[other] = row[other], row[at]
        for number, one in enumerate(row, start=1):
            Passage.objects.filter(pk=one.pk).update(position=number)
    return True


def remove_passage(passage: Passage, *, actor: User) -> None:
    """Take an alternative out; with the last one its place goes from every text."""
    mailing, place = passage.mailing, passage.place
    with transaction.atomic():
        locked(mailing)
        record_edit(mailing, actor=actor, what=f"took an alternative out of passage {place}")
        passage.delete()
        _drop_empty_place(mailing, place, actor=actor)


def _drop_empty_place(mailing: Mailing, place: int, *, actor: User) -> None:
    """Take a place without an alternative out of every text."""
    if not mailing.passages.filter(place=place).exists():
        what = f"took passage {place} out of the text"
        edit_all(mailing, lambda text: places.removed(text.body, place), actor=actor, what=what)


def remove_lines(mailing: Mailing, place: int, *, actor: User) -> int:
    """Take all lines that were written out from a plan out of a place; gives how many."""
    with transaction.atomic():
        locked(mailing)
        lines = mailing.passages.filter(place=place, plan__isnull=False)
        count = lines.count()
        if count:
            record_edit(mailing, actor=actor, what=f"took the lines of a plan out of passage {place}")
            lines.delete()
            _drop_empty_place(mailing, place, actor=actor)
    return count


def add_ask(mailing: Mailing, ask: Ask, *, actor: User) -> list[str]:
    """Note that a letter makes an ask, and put its wording into every version in whose language it has one.

    Gives the languages in which it was put in; none where the letter makes this ask already. Raises LookupError when
    the ask is worded in no language of the letter, LifecycleError once sending has started.
    """
    wordings = {text.language: item_of(text) for text in ask.texts.all()}
    with transaction.atomic():
        locked(mailing)
        languages = set(mailing.contents.values_list("language", flat=True))
        if not languages & wordings.keys():
            raise LookupError(_("This ask is not worded in a language of this letter yet."))
        _row, is_new = MailingAsk.objects.get_or_create(mailing=mailing, ask=ask, defaults={"added_by": actor})
        if not is_new:
            return []

        def with_ask(text: MailingContent) -> str:
            item = wordings.get(text.language)
            return in_list(text.body, [item]) if item else text.body

        return edit_all(mailing, with_ask, actor=actor, what=f"put the ask “{ask.slug}” into the text")


def item_of(text: AskText) -> str:
    """An ask's wording as one item of a list, as HTML."""
    words = " ".join(part.strip() for part in text.explanation.split("\n") if part.strip())
    return f"<strong>{escape(text.title)}</strong>" + (f" {escape(words)}" if words else "")


def let_ask_go(mailing: Mailing, ask: Ask, *, actor: User) -> bool:
    """Note that a letter does not make an ask any more; its text stays as it is."""
    with transaction.atomic():
        gone, _rows = MailingAsk.objects.filter(mailing=mailing, ask=ask).delete()
        if gone:
            sentence = f"noted that {mailing.reference} does not make the ask “{ask.slug}” any more"
            record(actor, sentence, about=mailing, label=mailing.reference)
    return bool(gone)
