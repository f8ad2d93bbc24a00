"""A list with readers, statements and a plan that were published, and an issue of the list being written."""

import datetime as dt

import pytest
from django.utils import timezone

from contacts.models import ContactList, Topic, TopicText
from mailing import lifecycle
from mailing.issues import drafting
from mailing.models import Block, Mailing
from tests.factories import SenderFactory, StatementFactory, StatementTextFactory, UserFactory
from tests.mailing.issues.readers import issue_of, make_due, subscribe


@pytest.fixture
def monthly(db):
    """A list of the platform's own with two topics."""
    made = ContactList.objects.create(name="Letter from the network", slug="network", is_open=True)
    for position, (slug, name) in enumerate([("law", "Law in Brussels"), ("work", "Work and wages")]):
        topic = Topic.objects.create(contact_list=made, slug=slug, position=position)
        TopicText.objects.create(topic=topic, language="en", name=name)
    return made


@pytest.fixture
def published(db):
    """Makes a published statement: published("Compensation", fr="Réparation", days=3)."""

    def make(title="Compensation is a right", *, days=1, status="published", **languages):
        at = timezone.now() - dt.timedelta(days=days)
        people = {"approved_by": UserFactory(role="approver"), "approved_at": at, "published_at": at}
        statement = StatementFactory(status=status, **people)
        body = "<p>Most people are never paid.</p><p>That must change.</p>"
        for language, words in {"en": title, **languages}.items():
            StatementTextFactory(statement=statement, language=language, title=words, body=body)
        return statement

    return make


@pytest.fixture
def issue(monthly, officer):
    """An issue of the list with its empty lead, in English."""
    SenderFactory()
    return drafting.begin(monthly, title="November", language="en", actor=officer)


@pytest.fixture
def again():
    """Reads a mailing again."""
    return lambda mailing: Mailing.objects.get(pk=mailing.pk)


@pytest.fixture
def reviewed(monthly, officer):
    """A reviewed draft for the list, with an item for each of its topics."""
    SenderFactory()
    return issue_of(monthly, officer, topics=monthly.topics.order_by("position"))


@pytest.fixture
def readers(monthly):
    """Makes so many people who confirmed the list: readers(10)."""
    return lambda count, **fields: [subscribe(monthly, **fields) for _number in range(count)]


@pytest.fixture
def approved_issue(reviewed, readers, officer, approver):
    """The issue, approved for ten readers."""
    readers(10)
    row = lifecycle.submit(reviewed, actor=officer, approver=approver)
    return lifecycle.approve(row, actor=approver, digest=row.review_digest)


@pytest.fixture
def due(approved_issue, officer, again):
    """The same, and its time has come."""
    lifecycle.schedule(approved_issue, actor=officer)
    make_due(approved_issue)
    return again(approved_issue)


@pytest.fixture
def desk(sign_in, officer):
    """A browser of somebody who may write."""
    return sign_in(officer)


@pytest.fixture
def lead(issue):
    return Block.objects.get(mailing=issue, kind="lead")
