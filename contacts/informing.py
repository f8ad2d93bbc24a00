"""Telling office-holders that we hold their data (GDPR Article 14): the first letter does, or a person says so.

Article 14(3) gives a month at most, or the first message to the person.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from contacts.models import Contact, LegalBasis
from contacts.models.people import ContactQuerySet

MONTH = timedelta(days=30)


def not_informed(now: Any = None) -> ContactQuerySet:
    """People held on legitimate interest for more than a month whom nobody told."""
    before = (now or timezone.now()) - MONTH
    found = Contact.objects.living().filter(informed_at__isnull=True, created_at__lt=before)
    return found.filter(legal_basis=LegalBasis.LEGITIMATE_INTEREST)
