"""People whom somebody adds to a segment or leaves out of it by hand, before and after it is saved."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from accounts.ids import id_in
from contacts.models import Contact, Segment, SegmentPick

INCLUDE, EXCLUDE = SegmentPick.Effect.INCLUDE, SegmentPick.Effect.EXCLUDE
MOST_PICKS = 500


@dataclass
class Picks:
    """Ids of people: those added and those left out. Nobody is both."""

    added: set[int] = field(default_factory=set)
    removed: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, segment: Segment) -> Self:
        """Those that are saved."""
        rows = list(segment.picks.all())
        return cls(
            {row.contact_id for row in rows if row.effect == INCLUDE},
            {row.contact_id for row in rows if row.effect == EXCLUDE},
        )

    @classmethod
    def from_post(cls, values: Iterable[str]) -> Self:
        """What a form holds: "include:12", "exclude:34"; anything else is passed over."""
        found = cls()
        for value in list(values)[:MOST_PICKS]:
            effect, _colon, pk = value.partition(":")
            if (number := id_in(pk)) and effect in (INCLUDE, EXCLUDE):
                (found.added if effect == INCLUDE else found.removed).add(number)
        found.removed -= found.added
        return found

    def act(self, action: str) -> None:
        """What a button asks for: "include:12", "exclude:12" or "forget:12" for a living person; else nothing."""
        verb, _colon, pk = action.partition(":")
        number = id_in(pk)
        if verb not in (INCLUDE, EXCLUDE, "forget") or not number:
            return
        self.added.discard(number)
        self.removed.discard(number)
        if verb != "forget" and Contact.objects.living().filter(pk=number).exists():
            (self.added if verb == INCLUDE else self.removed).add(number)

    def people(self) -> list[tuple[str, Contact]]:
        """(include or exclude, person) by name; one query, none without picks."""
        ids = self.added | self.removed
        found = Contact.objects.living().filter(pk__in=ids).order_by("sort_key", "pk") if ids else []
        return [(INCLUDE.value if person.pk in self.added else EXCLUDE.value, person) for person in found]

    def save(self, segment: Segment) -> None:
        """Make these the picks of a segment; people who are gone are left away. In the caller's transaction."""
        segment.picks.all().delete()
        living = set(Contact.objects.filter(pk__in=self.added | self.removed).values_list("pk", flat=True))
        rows = [SegmentPick(segment=segment, contact_id=pk, effect=INCLUDE) for pk in sorted(self.added & living)]
        rows += [SegmentPick(segment=segment, contact_id=pk, effect=EXCLUDE) for pk in sorted(self.removed & living)]
        SegmentPick.objects.bulk_create(rows)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)
