"""A worker that has sent an issue has loaded nothing that only pages and the API need."""

import re

import pytest

from contacts.models import ContactList
from contacts.reference import load_reference
from mailing import bell, lifecycle
from mailing.models import Delivery
from tests.factories import SenderFactory
from tests.mailing.issues.readers import issue_of, make_due, subscribe
from tests.processes import WorkerProcess, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
IMPORTED = re.compile(r"^import time:.*\| +(\w+)", re.MULTILINE)


def test_a_worker_that_sent_an_issue_has_not_loaded_the_api_or_spreadsheets(officer, approver, start_worker):
    load_reference()
    SenderFactory()
    news = ContactList.objects.create(name="Letter from the network", slug="network")
    mailing = issue_of(news, officer)
    for _number in range(3):
        subscribe(news)
    row = lifecycle.submit(mailing, actor=officer, approver=approver)
    lifecycle.approve(row, actor=approver, digest=row.review_digest)
    lifecycle.schedule(mailing, actor=officer)
    make_due(mailing)

    # Python itself writes down what is imported, until the worker ends.
    worker = start_worker(WorkerProcess, PYTHONPROFILEIMPORTTIME=1)
    worker.wait_ready()
    bell.ring_due()
    sent = Delivery.objects.filter(mailing=mailing, status=Delivery.Status.SENT)
    wait_until(lambda: sent.count() == 3, 60, "the issue is not sent", lambda: worker.log()[-3000:])

    loaded = set(IMPORTED.findall(worker.log()))
    # It made links for its readers, and so read the addresses of all pages.
    assert {"celery", "mailing", "contacts", "allauth"} <= loaded
    assert loaded & {"ninja", "pydantic", "pydantic_core", "openpyxl", "weasyprint"} == set()
