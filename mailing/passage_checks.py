"""What the checklist says of alternative passages, and of translations that are behind their source."""

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.languages import language_name
from mailing import merge, places
from mailing.alternatives import named, of_place, passages_of, placed_in
from mailing.audience import Reader
from mailing.findings import Item, Subject
from mailing.following import stale_languages


def check_passages(subject: Subject) -> Iterator[Item]:
    """A place without any wording blocks; who reads which passage, and what nobody reads, is worth a look."""
    placed = placed_in(subject.mailing)
    passages = passages_of(subject.mailing)
    url = subject.link("passage_list")
    for place in placed:
        if not any(text.body for passage in of_place(passages, place) for text in passage.texts.all()):
            title = _("Passage %(n)s stands in the text and has no wording") % {"n": place}
            yield Item("passage", "bad", title, _("Write it, or take it out of the text."), url, _("Write it"))
    if lost := sorted({passage.place for passage in passages} - placed.keys()):
        title = _("Passage %(n)s stands in no text") % {"n": ", ".join(map(str, lost))}
        yield Item("passage", "warn", title, _("Nobody reads it."), url, _("Put it in"))
    if placed and not subject.preview.is_capped:
        yield from _readings(subject, placed, url)


def _readings(subject: Subject, placed: dict[int, set[str]], url: str) -> Iterator[Item]:
    """Who reads which passage, in words; those that nobody reads, and whoever reads nothing."""
    read = Counter((place, places.chosen(reader.context, place)) for reader in subject.readers for place in placed)
    told: dict[int, list[str]] = {}
    unread = []
    for passage in passages_of(subject.mailing):
        if passage.place not in placed:
            continue
        count = read[passage.place, passage.pk]
        if count:
            told.setdefault(passage.place, []).append(f"{named(passage)} {count}")
        else:
            unread.append(named(passage))
    if told:
        lines = [_("Passage %(n)s: %(who)s.") % {"n": place, "who": ", ".join(who)} for place, who in told.items()]
        yield Item("passages", "ok", _("Who reads which passage"), " ".join(lines))
    if unread:
        title = ngettext("Nobody reads %(n)d passage", "Nobody reads %(n)d passages", len(unread))
        yield Item("unread", "warn", title % {"n": len(unread)}, "; ".join(unread), url, _("Look at it"))
    nothing = sum(any(not places.chosen(reader.context, place) for place in placed) for reader in subject.readers)
    if nothing:
        title = ngettext("%(n)d reader gets no passage", "%(n)d readers get no passage", nothing)
        detail = _("None of the alternatives fits them, or is written in their language.")
        yield Item("nothing", "warn", title % {"n": nothing}, detail, url, _("Write one for everybody else"))


def check_following(subject: Subject) -> Iterator[Item]:
    """Reviewed translations that are behind the source, with how many people would read the older wording."""
    read = Counter(reader.language for reader in subject.readers)
    source = language_name(subject.mailing.source_language)
    for language in stale_languages(subject.mailing):
        title = _("The %(own)s text is behind the %(source)s one") % {"own": language_name(language), "source": source}
        detail = ngettext(
            "%(n)d person would read the older wording.", "%(n)d people would read the older wording.", read[language]
        )
        link = subject.write(language)
        yield Item("behind", "warn", title, detail % {"n": read[language]}, link, _("See what changed"))


class PassageFields:
    """Merge fields without a default that the passages of a reader use; worked out once for each wording."""

    def __init__(self, subject: Subject) -> None:
        """Reads nothing where the letter has no place."""
        placed = placed_in(subject.mailing)
        self._places = list(placed)
        texts = [text for passage in passages_of(subject.mailing) for text in passage.texts.all()] if placed else []
        self._bodies = {(text.passage_id, text.language): text.body for text in texts}
        self._known: dict[tuple[int, str], set[str]] = {}

    def of(self, reader: Reader) -> set[str]:
        """Names of fields that must not be empty for this reader."""
        keys = [(places.chosen(reader.context, place), reader.language) for place in self._places]
        return set().union(*[self._fields(key) for key in keys])

    def _fields(self, key: tuple[int, str]) -> set[str]:
        if key not in self._known:
            fields = merge.fields_of(self._bodies.get(key, ""))
            self._known[key] = {name for name, has_default in fields.items() if not has_default}
        return self._known[key]
