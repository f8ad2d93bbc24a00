"""Which letters an import would touch: drafts whose people hold somebody it changes."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from contacts.registry import Use
from mailing.audience import people
from mailing.models import Mailing
from mailing.story import address_of

MOST = 20
CHUNK = 500
OPEN = (Mailing.Status.DRAFT, Mailing.Status.IN_REVIEW)


def drafts_with(contacts: set[int]) -> Iterable[Use]:
    """Letters that are not frozen yet and have one of these contacts (ids) among their people; the newest MOST."""
    if not contacts:
        return
    ids = sorted(contacts)
    for mailing in Mailing.objects.filter(status__in=OPEN).order_by("-pk")[:MOST]:
        found = people(mailing).order_by()
        number = sum(found.filter(pk__in=ids[start : start + CHUNK]).count() for start in range(0, len(ids), CHUNK))
        if number:
            title = _("%(title)s (%(n)d of its people)") % {"title": mailing.title, "n": number}
            yield Use(title, mailing.reference, address_of(mailing))
