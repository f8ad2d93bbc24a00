"""Two letters to one office that are approved in the same moment: the courtesy cap lets one of them through."""

import threading

import pytest
from django.db import connection

from contacts.models import Organisation
from mailing import lifecycle
from mailing.lifecycle import Moved
from mailing.models import AudienceRule, CourtesyCap, Delivery, Mailing
from tests.factories import MailingContentFactory, MailingFactory
from tests.patience import join_all

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_letters_approved_at_once_do_not_both_slip_under_the_cap(letter, member, officer, approver):
    member()
    CourtesyCap.objects.create(organisation=Organisation.objects.platform(), letters=1, days=30)
    other = MailingFactory(author=officer)
    MailingContentFactory(mailing=other)
    AudienceRule.objects.create(mailing=other, criteria={"seat": {"committee": ["LIBE"]}})
    digests = {
        mailing.pk: lifecycle.submit(mailing, actor=officer, approver=approver).review_digest
        for mailing in (letter, other)
    }
    barrier, found = threading.Barrier(2), {}

    def approve(pk):
        try:
            barrier.wait(10)
            mailing = Mailing.objects.get(pk=pk)
            found[pk] = lifecycle.approve(mailing, actor=approver, digest=digests[pk]).status
        except Moved:
            found[pk] = "moved"
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=(pk,), daemon=True) for pk in digests]
    for thread in threads:
        thread.start()
    join_all(threads, 60, "the approvers")
    assert sorted(found.values()) == ["approved", "moved"]
    assert Delivery.objects.filter(status="queued").count() == 1
    refused = next(pk for pk, outcome in found.items() if outcome == "moved")
    assert not Delivery.objects.filter(mailing=refused).exists()
