"""An issue whose readers became many more or fewer since its approval asks before it starts."""

import pytest

from contacts import consent
from mailing import lifecycle, recounting
from mailing.models import Delivery, Mailing
from tests.mailing.issues.readers import make_due
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


def test_a_tenth_more_is_sent_to_without_asking(due, readers, again):
    readers(1)
    assert recounting.begin(due.pk)
    assert again(due).recipients == 11


def test_more_than_a_tenth_more_asks_and_freezes_nobody(due, readers, again, officer):
    readers(2)
    assert not recounting.begin(due.pk)
    row = again(due)
    assert (row.status, row.recipients, row.recounted, row.scheduled_at) == ("approved", 10, 12, None)
    assert recounting.is_asking(row)
    assert row.transitions.last().note == "10 readers when it was approved, 12 now."
    assert not Delivery.objects.exists()
    mail = SystemMail.objects.get(purpose="start-asked")
    assert (mail.to, mail.context["reason"]) == (officer.email, "10 readers when it was approved, 12 now.")


def test_more_than_a_tenth_fewer_asks_too(due, monthly, again):
    for found in list(monthly.subscriptions.order_by("pk"))[:2]:
        consent.leave(found.contact, monthly, source="unsubscribe page")
    assert not recounting.begin(due.pk)
    assert again(due).recounted == 8


def test_who_agrees_sends_to_so_many(due, readers, again, officer):
    readers(2)
    recounting.begin(due.pk)
    lifecycle.schedule(again(due), actor=officer)
    make_due(due)
    assert recounting.begin(due.pk)
    assert (again(due).status, again(due).recipients) == ("sending", 12)


def test_it_asks_again_when_they_move_again(due, readers, again, officer):
    readers(2)
    recounting.begin(due.pk)
    lifecycle.schedule(again(due), actor=officer)
    readers(2)
    make_due(due)
    assert not recounting.begin(due.pk)
    assert again(due).recounted == 14
    assert SystemMail.objects.filter(purpose="start-asked").count() == 2


def test_an_edit_forgets_the_question(due, readers, again, officer):
    readers(2)
    recounting.begin(due.pk)
    lifecycle.withdraw(again(due), actor=officer)
    assert (again(due).status, again(due).recounted) == ("draft", None)


def test_nobody_left_asks_as_well(due, monthly, again):
    for found in monthly.subscriptions.all():
        consent.leave(found.contact, monthly, source="unsubscribe page")
    assert not recounting.begin(due.pk)
    assert again(due).recounted == 0
    assert Mailing.objects.filter(status="sending").count() == 0
