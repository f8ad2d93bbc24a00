"""Noting who has been informed by a letter: each letter carries the notice of Article 14 GDPR under its text."""

from datetime import timedelta
from typing import Any

from django.db.models import Min, OuterRef, Subquery
from django.utils import timezone

from contacts.models import Contact
from mailing.models import Delivery, Mailing

# Letters that were at work in this time are looked at again; beat comes every few minutes.
LOOK_BACK = timedelta(days=2)


def note_informed() -> int:
    """Set `informed_at` of everybody whose first letter was accepted, to that moment; give how many. Harmless twice."""
    since = timezone.now() - LOOK_BACK
    letters = Mailing.objects.filter(kind=Mailing.Kind.LETTER, last_activity_at__gte=since)
    accepted: Any = Delivery.objects.filter(mailing__in=letters.values("pk"), status=Delivery.Status.SENT)
    first = accepted.filter(contact=OuterRef("pk")).order_by().values("contact").annotate(first=Min("sent_at"))
    people = Contact.objects.living().filter(informed_at__isnull=True, pk__in=accepted.values("contact"))
    return people.update(informed_at=Subquery(first.values("first")))
