"""What the report of an issue and the growth of its list ask of the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mailing import archive, recounting
from mailing.models import Mailing

pytestmark = pytest.mark.django_db
MOST = 12


@pytest.fixture(params=[0, 200], ids=["no more joined", "two hundred joined"])
def finished(request, due, readers, again):
    """An issue that left for ten readers, and those who joined its list since."""
    assert recounting.begin(due.pk)
    readers(request.param)
    now = timezone.now()
    due.deliveries.filter(status="queued").update(status="sent", sent_at=now)
    Mailing.objects.filter(pk=due.pk).update(status="finished", finished_at=now)
    archive.freeze_web(again(due))
    return again(due)


def test_the_report_and_the_growth_ask_little(sign_in, officer, finished):
    client = sign_in(officer)
    asked = {}
    for name, path in {
        "letter_report": reverse("mailing:letter_report", args=[finished.reference]),
        "list_growth": reverse("newsletters:list_growth", args=[finished.contact_list_id]),
    }.items():
        client.get(path)
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        asked[name] = len(found)
    assert max(asked.values()) <= MOST, asked
