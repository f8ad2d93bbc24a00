"""Who came into an audience and who left it between the page somebody read and now, and why.

The page carries whom it showed, signed, so that nothing has to be stored for a page that was only looked at.
"""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from contacts.languages import language_name
from contacts.models import Contact
from mailing import audience
from mailing.audience import AudiencePreview
from mailing.models import Delivery, Mailing

SALT = "mailing.arrivals"
# Of the people who came or went so many are named.
MOST_NAMED = 12
# A page that was open longer says only that something changed.
LONGEST_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class Named:
    """A person, and what about them changed."""

    name: str
    why: str


@dataclass(frozen=True)
class Arrivals:
    """What changed about the people since a page was read."""

    joined: list[Named]
    left: list[Named]
    others: list[Named]
    then: int
    now: int
    # Changes beyond those that are named.
    more: int = 0


def sealed(mailing: Mailing, preview: AudiencePreview) -> str:
    """Whom a page shows, to be carried in its form: ids and languages, signed, for this version of this mailing."""
    people = [[pk, language] for pk, _key, language in preview.recipient_keys]
    return signing.dumps([mailing.pk, people], salt=SALT, compress=True)


def since(mailing: Mailing, token: str, preview: AudiencePreview) -> Arrivals | None:
    """What changed since the page with this token; None for a token that says nothing, or where nobody changed."""
    try:
        pk, people = signing.loads(token, salt=SALT, max_age=LONGEST_SECONDS)
    except signing.BadSignature:
        return None
    if pk != mailing.pk:
        return None
    then = {row[0]: row[1] for row in people}
    now = {row[0]: row[2] for row in preview.recipient_keys}
    joined = [pk for pk in now if pk not in then]
    left = [pk for pk in then if pk not in now]
    others = [pk for pk in now if pk in then and now[pk] != then[pk]]
    if not (joined or left or others):
        return None
    return Arrivals(
        joined=_named(joined, lambda person: ""),
        left=_left(mailing, left),
        others=_named(others, lambda person: _("now in %(language)s") % {"language": language_name(now[person.pk])}),
        then=len(then),
        now=len(now),
        more=sum(max(0, len(rows) - MOST_NAMED) for rows in (joined, left, others)),
    )


def _left(mailing: Mailing, pks: list[int]) -> list[Named]:
    """Whoever went, each with the reason: left out now, or no longer meant by any rule."""
    shown = pks[:MOST_NAMED]
    matched: Any = audience.people(mailing).order_by().filter(pk__in=shown)
    reasons = dict(matched.values_list("pk", "skip_reason")) if shown else {}

    def why(person: Contact) -> str:
        reason = reasons.get(person.pk)
        return str(Delivery.SkipReason(reason).label) if reason else _("no longer fits the rules")

    return _named(pks, why)


def _named(pks: list[int], why: Any) -> list[Named]:
    shown = pks[:MOST_NAMED]
    people = Contact.objects.in_bulk(shown) if shown else {}
    found = [people[pk] for pk in shown if pk in people]
    return [
        Named(str(person) if person.erased_at is None else _("erased"), why(person) if person.erased_at is None else "")
        for person in found
    ]
