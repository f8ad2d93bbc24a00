"""The home page speaks of issues: the one that waits for me, the one on its way, my draft, and copies, not letters."""

import pytest
from django.urls import reverse
from django.utils import timezone

from mailing.models import Delivery, Mailing
from tests.factories import ContactFactory, ContactListFactory, MailingFactory
from tests.letters import queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(officer):
    return MailingFactory(
        kind=Mailing.Kind.NEWSLETTER,
        contact_list=ContactListFactory(name="Road Notes"),
        title="The November issue",
        author=officer,
    )


@pytest.fixture
def desk(client):
    def page(user):
        client.force_login(user)
        return client.get(reverse("desk:home")).content.decode()

    return page


def test_a_draft_stands_with_whoever_began_it(desk, issue, officer, approver):
    assert "The November issue" in desk(officer)
    assert "The November issue" not in desk(approver)


def test_an_issue_that_waits_for_approval_needs_the_colleague_who_was_asked(desk, issue, officer, approver):
    Mailing.objects.filter(pk=issue.pk).update(
        status="in_review", submitted_by=officer, submitted_at=timezone.now(), asked_approver=approver
    )
    assert "Boris Editor asks for approval" in desk(approver)
    assert "Boris Editor asks for approval" not in desk(officer)


def test_what_is_not_known_of_an_issue_is_told_as_copies(desk, issue, officer):
    row = queue(issue, ContactFactory())
    Delivery.objects.filter(pk=row.pk).update(status="uncertain", error_kind="outcome_unknown")
    page = desk(officer)
    assert "1 copy may or may not have arrived" in page
    assert "letter may or may not" not in page


def test_copies_of_issues_are_no_letters_in_the_figures(desk, issue, officer):
    row = queue(issue, ContactFactory())
    Delivery.objects.filter(pk=row.pk).update(status="sent", sent_at=timezone.now())
    page = desk(officer)
    year = timezone.localdate().year
    assert f"Newsletters accepted in {year}" in page
    assert "in 1 issue" in page
    assert f"Letters accepted in {year}" not in page


def test_search_finds_an_issue_as_a_newsletter(client, issue, officer):
    client.force_login(officer)
    page = client.get(reverse("desk:search"), {"q": "November"}).content.decode()
    assert "The November issue" in page
    assert "Newsletter" in page
