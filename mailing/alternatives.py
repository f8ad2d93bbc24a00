"""Who reads which passage: the alternatives of a letter's places as one SQL expression, counted and checked.

The same expression makes the preview and the freeze, so that what is counted is what is frozen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, IntegerField, Prefetch, Q, Value, When, prefetch_related_objects
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from contacts.criteria import describe, normalise, resolve
from contacts.criteria.vocabulary import Words
from contacts.languages import country_name
from mailing import places
from mailing.models import Mailing, Passage, PassageText


def placed_in(mailing: Mailing) -> dict[int, set[str]]:
    """The places that stand in a letter's texts → the languages in which they do."""
    found: dict[int, set[str]] = {}
    for content in mailing.contents.all():
        for place in places.places_in(content.body):
            found.setdefault(place, set()).add(content.language)
    return dict(sorted(found.items()))


def words_of(mailing: Mailing) -> Words:
    """The names that criteria may use, read once for one `mailing`: its audience and its passages ask for them."""
    known: Words = mailing.__dict__.setdefault("_words_read", Words())
    return known


def passages_of(mailing: Mailing) -> list[Passage]:
    """All alternatives with their texts, in their order, criteria in normal form. Read once for one `mailing`."""
    if getattr(mailing, "has_passages", None) is False:
        return []  # The page has asked already (views.finding).
    known = mailing.__dict__.get("_passages_read")
    if known is None:
        texts = Prefetch("texts", PassageText.objects.select_related("changed_by"))
        known = list(mailing.passages.select_related("segment", "plan").prefetch_related(texts))
        prefetch_related_objects([found.segment for found in known if found.segment], "picks")
        words = words_of(mailing)
        for found in known:
            if found.segment:
                found.segment.criteria = normalise(found.segment.criteria, words=words)
            elif found.criteria is not None:
                found.criteria = normalise(found.criteria, words=words)
        mailing.__dict__["_passages_read"] = known
        # Letters that are shown on the same page need not ask for the wordings again.
        mailing.__dict__["passage_bodies"] = {
            (found.pk, text.language): text.body for found in known for text in found.texts.all()
        }
    return list(known)


def of_place(passages: Iterable[Passage], place: int) -> list[Passage]:
    """Its alternatives in the order in which they are tried: everybody else comes last, wherever it was written."""
    found = [passage for passage in passages if passage.place == place]
    return sorted(found, key=lambda passage: passage.is_for_the_rest)


def place_labels(mailing: Mailing) -> list[tuple[str, str]]:
    """Field name and label of every place that stands in a text, for chips."""
    return [(places.name(number), _("Passage %(n)s") % {"n": number}) for number in placed_in(mailing)]


def choice_expression(mailing: Mailing, *, country: str = "country_now") -> JSONObject | None:
    """SQL on people with `given_language`: {"1": id of the passage they read, or 0}; None without any place.

    `country` names the column of the reader's country.
    """
    placed = placed_in(mailing)
    if not placed:
        return None
    passages = passages_of(mailing)
    columns: dict[str, Any] = {}
    for place in placed:
        whens = [
            When(condition, then=Value(passage.pk))
            for passage in of_place(passages, place)
            if (condition := _condition(passage, country)) is not None
        ]
        columns[str(place)] = Case(*whens, default=Value(0), output_field=IntegerField())
    return JSONObject(**columns)


def _condition(passage: Passage, country: str) -> Q | None:
    """Who reads it if no earlier one fits; None for a passage without a word, which nobody reads."""
    languages = sorted(text.language for text in passage.texts.all() if text.body)
    if not languages:
        return None
    speaks = Q(given_language__in=languages)
    if passage.country:
        return speaks & Q(**{country: passage.country})
    if passage.segment:
        return speaks & Q(pk__in=passage.segment.people().values("pk"))
    if passage.criteria is not None:
        return speaks & Q(pk__in=resolve(passage.criteria).values("pk"))
    return speaks


@dataclass(frozen=True)
class Reading:
    """Who reads a letter's passages: per place the recipients by the passage they read (0: nothing), by language."""

    # (place, passage id) → language → people.
    people: dict[tuple[int, int], dict[str, int]]

    def count(self, place: int, passage: int) -> int:
        """How many people read a passage at a place."""
        return sum(self.people.get((place, passage), {}).values())


def reading_of(mailing: Mailing) -> Reading | None:
    """How many people would read which passage if the letter was frozen now; None without a place, or too many people.

    One query.
    """
    from mailing import audience  # It asks for the expression above; imported late against a circle.

    choice = choice_expression(mailing)
    if choice is None:
        return None
    everybody: Any = audience.people(mailing)
    found = everybody.filter(skip_reason="").order_by()
    rows = list(found.annotate(choice=choice).values_list("choice", "given_language").annotate(people=Count("*")))
    people: dict[tuple[int, int], dict[str, int]] = {}
    for choices, language, count in rows:
        for place, pk in choices.items():
            by_language = people.setdefault((int(place), int(pk or 0)), {})
            by_language[language] = by_language.get(language, 0) + count
    return Reading(people)


def named(passage: Passage) -> str:
    """Whom a passage is for, in words."""
    if passage.segment:
        return str(passage.segment.name)
    if passage.country:
        return country_name(passage.country)
    if passage.criteria is not None:
        return describe(passage.criteria)
    return _("Everybody else")


def wordings_in(mailing: Mailing, language: str) -> str:
    """All wordings of passages in one language one after the other as HTML, for checks of what may leave."""
    placed = placed_in(mailing)
    texts = [text for found in passages_of(mailing) if found.place in placed for text in found.texts.all()]
    return "".join(text.body for text in texts if text.language == language)


def digest_part(mailing: Mailing) -> list[list[Any]]:
    """What an approval is bound to of the passages: place, order, condition and wording of each that has a place."""
    placed = placed_in(mailing)
    if not placed:
        return []
    return [
        [
            found.place,
            found.position,
            found.segment_id,
            found.segment.criteria if found.segment else found.criteria,
            found.country,
            sorted([text.language, text.body] for text in found.texts.all()),
        ]
        for found in passages_of(mailing)
        if found.place in placed
    ]
