"""A list that is open, and issues of it that have left."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import ContactList
from mailing import archive
from mailing.models import Mailing
from tests.factories import UserFactory
from tests.mailing.issues.readers import issue_of

BODY = '<p>We counted <a href="https://data.example/points">12 countries</a> &amp; more for point 3.</p>'


@pytest.fixture
def monthly(db):
    """An open list."""
    return ContactList.objects.create(name="Letter from the network", slug="network", is_open=True)


@pytest.fixture
def sent(monthly, officer):
    """Makes an issue in English and French that has left: sent(3, days=10)."""

    def make(number=1, *, days=1, contact_list=None, status="finished"):
        # Each is begun under the first reference.
        first = Mailing.objects.filter(reference="LSI-N-2026-001").first()
        if first:
            Mailing.objects.filter(pk=first.pk).update(reference="held")
        mailing = issue_of(contact_list or monthly, officer)
        at = timezone.now() - timedelta(days=days)
        block = mailing.blocks.get()
        block.texts.filter(language="en").update(body=BODY)
        begun = {"frozen_at": at, "started_at": at, "finished_at": at} if status == "finished" else {}
        approved = {"approver": UserFactory(role="approver"), "approved_at": at} if status != "draft" else {}
        Mailing.objects.filter(pk=mailing.pk).update(
            reference=f"LSI-N-2026-{number:03d}", status=status, recipients=1842, **begun, **approved
        )
        if first:
            Mailing.objects.filter(pk=first.pk).update(reference=first.reference)
        mailing = Mailing.objects.get(pk=mailing.pk)
        if begun:
            archive.freeze_web(mailing)
        return mailing

    return make
