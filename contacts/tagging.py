"""Tags as a whole: renaming, making two one, deleting, and putting one on many people at once."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from contacts.models import Contact, Segment, Tag
from contacts.models.people import ContactQuerySet

# People tagged in one go, and rows written at once.
MOST = 10_000
CHUNK = 500
# Where the names of tags stand in the criteria of a segment.
KEY = "tag"


class InUse(ValueError):
    """The tag stands in a segment's rule; the message says in which."""


def with_numbers() -> Any:
    """All tags by name, each with `people`: how many carry it."""
    living = Q(contacts__erased_at__isnull=True)
    return Tag.objects.annotate(people=Count("contacts", filter=living)).order_by("name")


def same_name(name: str, *, but: Tag | None = None) -> Tag | None:
    """The tag of that name whatever its case, other than `but`."""
    others = Tag.objects.exclude(pk=but.pk) if but else Tag.objects.all()
    return next((tag for tag in others if tag.name.casefold() == name.casefold()), None)


@transaction.atomic
def rename(tag: Tag, name: str, *, actor: User) -> None:
    """Give a tag another name, in the rules of segments too. Raises IntegrityError when another tag has it."""
    before, tag.name = tag.name, name
    tag.save(update_fields=["name"])
    _rename_in_segments(before, name)
    record(actor, f"renamed the tag “{before}”", about=tag, label=name)


@transaction.atomic
def make_one(tag: Tag, into: Tag, *, actor: User) -> int:
    """Put `into` on everybody who carries `tag`, then delete `tag`. Gives how many people carried it."""
    through = Contact.tags.through
    people = list(through.objects.filter(tag=tag).values_list("contact_id", flat=True))
    rows = (through(contact_id=pk, tag_id=into.pk) for pk in people)
    through.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)
    _rename_in_segments(tag.name, into.name)
    record(actor, f"made the tag “{tag.name}” one with “{into.name}”", about=into, label=into.name)
    tag.delete()
    return len(people)


@transaction.atomic
def delete(tag: Tag, *, actor: User) -> None:
    """Take a tag off everybody and delete it. Raises InUse when a segment asks for it."""
    if using := segments_with(tag):
        names = ", ".join(f"“{segment.name}”" for segment in using)
        raise InUse(_("These segments ask for it: %(names)s. Change them first.") % {"names": names})
    record(actor, f"deleted the tag “{tag.name}”", about=tag, label=tag.name)
    tag.delete()


@transaction.atomic
def tag_many(people: ContactQuerySet, name: str, *, actor: User, take_off: bool = False) -> int:
    """Put a tag on these people, MOST at most, or take it off. Gives for how many that changed something."""
    tag = same_name(name) or (None if take_off else Tag.objects.get_or_create(name=name)[0])
    if tag is None:
        return 0
    through = Contact.tags.through
    pks = list(people.order_by().values_list("pk", flat=True)[:MOST])
    changed = 0
    for start in range(0, len(pks), CHUNK):
        some = pks[start : start + CHUNK]
        carrying = through.objects.filter(tag=tag, contact_id__in=some)
        if take_off:
            changed += carrying.delete()[0]
            continue
        known = set(carrying.values_list("contact_id", flat=True))
        rows = [through(contact_id=pk, tag_id=tag.pk) for pk in some if pk not in known]
        through.objects.bulk_create(rows, ignore_conflicts=True)
        changed += len(rows)
    if changed:
        verb = f"took the tag “{tag.name}” off" if take_off else f"put the tag “{tag.name}” on"
        record(actor, f"{verb} {changed} contacts", about=tag, label=tag.name)
    return changed


def segments_with(tag: Tag) -> list[Segment]:
    """Segments whose rule names a tag, by name."""
    return [segment for segment in Segment.objects.all() if tag.name.casefold() in set(_names(segment.criteria))]


def _names(criteria: Any) -> Iterator[str]:
    """Names of tags in a rule, small letters."""
    if isinstance(criteria, dict):
        for key, value in criteria.items():
            if key == KEY:
                yield from (str(name).casefold() for name in (value if isinstance(value, list) else [value]))
            else:
                yield from _names(value)
    elif isinstance(criteria, list):
        for part in criteria:
            yield from _names(part)


def _rename_in_segments(before: str, after: str) -> None:
    for segment in Segment.objects.select_for_update():
        criteria = _renamed(segment.criteria, before.casefold(), after)
        if criteria != segment.criteria:
            segment.criteria = criteria
            segment.save(update_fields=["criteria", "changed_at"])


def _renamed(criteria: Any, before: str, after: str) -> Any:
    if isinstance(criteria, list):
        return [_renamed(part, before, after) for part in criteria]
    if not isinstance(criteria, dict):
        return criteria
    found = {}
    for key, value in criteria.items():
        if key == KEY:
            names = value if isinstance(value, list) else [value]
            changed = [after if str(name).casefold() == before else name for name in names]
            found[key] = list(dict.fromkeys(changed))
        else:
            found[key] = _renamed(value, before, after)
    return found
