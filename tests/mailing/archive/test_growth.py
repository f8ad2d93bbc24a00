"""How a list grew, and bringing back those who fell silent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts import consent
from contacts.models import Subscription
from mailing.growth import growth_of
from tests.factories import PASSWORD, ContactFactory

pytestmark = pytest.mark.django_db


def joined(contact_list, source, *, ended_by="", months=0):
    contact = ContactFactory()
    consent.confirm(contact, contact_list, source="confirm page")
    if ended_by:
        consent.leave(contact, contact_list, source="link", ended_by=ended_by)
    at = timezone.now() - timedelta(days=31 * months)
    Subscription.objects.filter(contact=contact).update(source=source, confirmed_at=at)
    return Subscription.objects.get(contact=contact)


def test_months_tell_sources_reasons_and_the_difference(monthly):
    joined(monthly, "page")
    joined(monthly, "embed", months=2)
    joined(monthly, "page", ended_by="left", months=30)
    growth = growth_of(monthly)
    now = growth.months[0]
    assert (now.came, now.went, now.net) == (1, 1, 0)
    assert growth.readers == 2
    assert [code for code, _words in growth.sources] == ["page", "embed"]
    assert [code for code, _words in growth.reasons] == ["left"]
    assert len(growth.months) == 12
    assert sum(month.came for month in growth.months) == 2


def test_the_page_its_file_and_the_way_back(client, monthly, officer, django_assert_max_num_queries):
    assert client.login(email=officer.email, password=PASSWORD)
    silent = joined(monthly, "page", ended_by="silent")
    for _number in range(5):
        joined(monthly, "page")
    with django_assert_max_num_queries(12):
        words = client.get(f"/desk/newsletters/growth/{monthly.pk}/").content.decode()
    assert "Bring back" in words
    text = b"".join(client.get(f"/desk/newsletters/growth/{monthly.pk}/csv/")).decode("utf-8-sig")
    assert text.splitlines()[0].startswith("month")
    assert len(text.splitlines()) == 13
    client.post(f"/desk/newsletters/growth/{monthly.pk}/{silent.pk}/")
    silent.refresh_from_db()
    assert (silent.status, silent.ended_by) == ("active", "")
    assert client.post(f"/desk/newsletters/growth/{monthly.pk}/999999/").status_code == 404
    assert "Growth" in client.get(f"/desk/contacts/lists/{monthly.pk}/").content.decode()
