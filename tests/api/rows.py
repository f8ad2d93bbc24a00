"""Rows that the API's tests read: something public and something hidden of each kind."""

from django.utils import timezone

from advocacy.models import ActionPlan
from contacts.consent import set_wording
from contacts.models import ContactList, ListText, Subscription, Topic, TopicText
from desk.api import tokens
from desk.models.api import Scope
from tests.factories import ContactFactory, StatementFactory, StatementTextFactory, UserFactory

HIDDEN = "Nobody outside may read this"


def published_statement(**fields):
    now = timezone.now()
    second = UserFactory(role="approver")
    statement = StatementFactory(
        status="published",
        published_at=now,
        approved_at=now,
        approved_by=second,
        submitted_by=UserFactory(),
        **fields,
    )
    StatementTextFactory(statement=statement, title="Compensation is a right")
    StatementTextFactory(statement=statement, language="fr", title="L'indemnisation est un droit")
    return statement


def hidden_statement():
    statement = StatementFactory()
    StatementTextFactory(statement=statement, title=HIDDEN)
    return statement


def published_plan(**fields):
    from tests.advocacy.plan_parts import plan_and_points

    plan, *_rest = plan_and_points()
    ActionPlan.objects.filter(pk=plan.pk).update(
        status="published",
        published_at=timezone.now(),
        approved_by=UserFactory(role="approver"),
        submitted_by=UserFactory(),
    )
    plan.refresh_from_db()
    return plan


def open_list(**fields):
    row = ContactList.objects.create(**{"name": "Network news", "slug": "network", "is_open": True, **fields})
    for language, name in (("en", "Letter from the network"), ("fr", "Lettre du réseau")):
        ListText.objects.create(contact_list=row, language=language, name=name, frequency="Once a month")
        set_wording(row, f"I want {name}.", language=language)
    topic = Topic.objects.create(contact_list=row, slug="events")
    TopicText.objects.create(topic=topic, language="en", name="Events")
    return row


def subscribed(contact_list, **fields):
    return Subscription.objects.create(
        contact=ContactFactory(**fields), contact_list=contact_list, status="active", confirmed_at=timezone.now()
    )


def key_of(owner, *scopes, **fields):
    """A key of the API, made by `owner`, who administers; with all scopes where none is named."""
    _token, key = tokens.make(owner, name="Website", scopes=scopes or Scope.values, **fields)
    return key


def bearer(key):
    return {"authorization": f"Bearer {key}"}
