"""What the pages of letters cost, however many people: and counts that always add up."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mailing import lifecycle
from mailing.models import AudienceRule, Delivery, Mailing
from mailing.reports import progress
from tests.factories import MailingContentFactory, MailingFactory

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
# A poll reads the session and its user as every page does, and has three queries of its own.
MOST_QUERIES_OF_A_POLL = 2 + 3


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return [query["sql"] for query in captured]


def start(mailing, officer, approver):
    lifecycle.submit(mailing, actor=officer, approver=approver)
    mailing.refresh_from_db()
    lifecycle.approve(mailing, actor=approver, digest=lifecycle.reading_digest(mailing)[0])
    lifecycle.schedule(mailing, actor=officer)
    Mailing.objects.filter(pk=mailing.pk).update(scheduled_at=timezone.now() - timedelta(seconds=1))
    lifecycle.start_due()
    mailing.refresh_from_db()


STEPS = ["letter_write", "letter_audience", "letter_people", "letter_check", "letter_approve"]


@pytest.mark.parametrize("name", STEPS)
def test_a_step_costs_the_same_for_three_people_and_for_thirty(name, letter, member, sign_in, officer):
    MailingContentFactory(mailing=letter, language="fr")
    client = sign_in(officer)
    url = reverse(f"mailing:{name}", args=[letter.reference])
    for number in range(3):
        member(country="FR" if number else "IE")
    few = queries_of(client, url)
    for number in range(27):
        member(country="FR" if number % 2 else "DE", committee="LIBE FEMM")
    many = queries_of(client, url)
    assert len(few) == len(many), "\n".join(many)
    assert len(many) <= MOST_QUERIES, "\n\n".join(query[:150] for query in many)


@pytest.mark.parametrize("name", ["letter_report", "letter_progress", "letter_stop"])
def test_a_report_costs_the_same_for_three_people_and_for_sixty(name, letter, member, sign_in, officer, approver):
    client = sign_in(officer)
    found = []
    for count in (3, 57):
        for _number in range(count):
            member()
        mailing = letter if count == 3 else MailingFactory(author=officer)
        if count != 3:
            MailingContentFactory(mailing=mailing)
            AudienceRule.objects.create(mailing=mailing, criteria={"seat": {"committee": ["LIBE"]}})
        start(mailing, officer, approver)
        row = Delivery.objects.filter(mailing=mailing).first()
        Delivery.objects.filter(pk=row.pk).update(status="uncertain", error_kind="outcome_unknown")
        found.append(queries_of(client, reverse(f"mailing:{name}", args=[mailing.reference])))
    few, many = found
    assert len(few) == len(many), "\n".join(many)
    most = MOST_QUERIES_OF_A_POLL if name == "letter_progress" else MOST_QUERIES
    assert len(many) <= most, "\n\n".join(query[:150] for query in many)


def test_the_list_costs_the_same_for_one_letter_and_for_twenty(letter, sign_in, officer):
    client = sign_in(officer)
    url = reverse("mailing:letter_list")
    few = queries_of(client, url)
    for _number in range(19):
        MailingContentFactory(mailing=MailingFactory(author=officer))
    many = queries_of(client, url)
    assert len(few) == len(many) <= MOST_QUERIES


def test_the_counts_of_a_mailing_add_up_at_every_step(letter, member, officer, approver):
    for _number in range(8):
        member()
    start(letter, officer, approver)
    rows = list(Delivery.objects.filter(mailing=letter).order_by("pk"))
    changes = [
        {"status": "sent", "sent_at": timezone.now()},
        {"status": "failed", "failed_at": timezone.now()},
        {"status": "uncertain", "error_kind": "outcome_unknown"},
        {"next_attempt_at": timezone.now()},
        {"status": "skipped", "skip_reason": "objected", "skipped_at": timezone.now()},
        {"status": "cancelled"},
    ]
    for row, change in zip(rows, changes, strict=False):
        Delivery.objects.filter(pk=row.pk).update(**change)
        now = progress(letter)
        assert sum(now.parts.values()) == now.total == 8, now
    now = progress(letter)
    assert (now.accepted, now.failed, now.uncertain, now.delayed, now.skipped, now.cancelled) == (1,) * 6
    assert now.waiting == 2
    legend = sum(row["count"] for row in now.legend())
    assert legend == now.total
