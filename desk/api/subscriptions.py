"""Subscriptions for programs with a token: who is on which list, people added with proof, subscriptions ended."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from contacts import consent
from contacts.models import Contact, ContactList, Subscription
from desk.api.auth import Token, token_of
from desk.api.fields import CREATES, PRIVATE, PRIVATE_ONE, WRITE, Page, PageNumber, PerPage, page_of
from desk.api.once import once
from desk.api.problems import Problem, nothing_here
from desk.models import ApiToken
from desk.models.api import Scope

router = Router(tags=["Subscriptions"])
Id = Annotated[int, Path(ge=1, lt=2**63)]
Numbers = list[int]
State = Literal["", "pending", "active", "unsubscribed"]


class SubscriptionOut(Schema):
    """Somebody's state on a list. Who it is: /contacts/{contact}."""

    id: int
    contact: uuid.UUID
    list_id: int
    list: str
    status: str
    language: str
    topics: Numbers
    source: str
    ended_by: str
    paused_until: date | None
    created_at: datetime
    confirmed_at: datetime | None
    unsubscribed_at: datetime | None


class SubscriptionIn(Schema):
    """Somebody who consented elsewhere. `proof` says where the proof lies, without a name or an address of theirs."""

    model_config = {"extra": "forbid"}

    contact: uuid.UUID
    list_id: int = Field(ge=1, lt=2**63)
    proof: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1F\x7F]*$")]
    given_on: date


@router.get(
    "subscriptions",
    auth=Token(Scope.SUBSCRIPTIONS_READ),
    response={200: Page[SubscriptionOut], **PRIVATE},
    operation_id="subscriptions",
)
def subscriptions(
    request: HttpRequest,
    list_id: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    status: State = "",
    page: PageNumber = 1,
    per_page: PerPage = 50,
) -> Any:
    """Subscriptions, the oldest first. Scope subscriptions:read."""
    rows = _rows(token_of(request))
    if list_id:
        rows = rows.filter(contact_list=list_id)
    if status:
        rows = rows.filter(status=status)
    return page_of(request, rows.order_by("pk"), page, per_page, _shown)


@router.get(
    "subscriptions/{number}",
    auth=Token(Scope.SUBSCRIPTIONS_READ),
    response={200: SubscriptionOut, **PRIVATE_ONE},
    operation_id="subscription",
)
def subscription(request: HttpRequest, number: Id) -> Any:
    """One of them. Scope subscriptions:read."""
    return _shown(_find(token_of(request), number))


@router.post(
    "subscriptions",
    auth=Token(Scope.SUBSCRIPTIONS_WRITE),
    response={201: SubscriptionOut, **WRITE},
    operation_id="add_subscription",
    openapi_extra=CREATES,
)
def add_subscription(request: HttpRequest, response: HttpResponse, asked: SubscriptionIn) -> Any:
    """Add somebody with proof of consent. Whoever left, or asked not to be written to, can only come back themselves.

    Scope subscriptions:write.
    """
    token = token_of(request)
    person = Contact.objects.visible_to(token.owner).living().filter(public_id=asked.contact).first()
    row = ContactList.objects.visible_to(token.owner).filter(pk=asked.list_id).first()
    if person is None or row is None:
        raise nothing_here()

    def make() -> str:
        made = consent.import_with_proof(person, row, source=asked.proof, given_on=asked.given_on, actor=token.owner)
        Subscription.objects.filter(pk=made.pk).update(source=Subscription.Source.API)
        return str(made.pk)

    try:
        made = once(request, response, token, make)
    except consent.ConsentRefused as error:
        raise Problem(409, str(error)) from error
    return Status(201, _shown(_find(token, int(made))))


@router.post(
    "subscriptions/{number}/end",
    auth=Token(Scope.SUBSCRIPTIONS_WRITE),
    response={200: SubscriptionOut, **PRIVATE_ONE},
    operation_id="end_subscription",
)
def end_subscription(request: HttpRequest, number: Id) -> Any:
    """End one, as the person asked. It stays so; calling again changes nothing. Scope subscriptions:write."""
    token = token_of(request)
    row = _find(token, number)
    consent.end(row.contact, row.contact_list, actor=token.owner)
    return _shown(_find(token, number))


def _rows(token: ApiToken) -> Any:
    lists = ContactList.objects.visible_to(token.owner)
    rows = Subscription.objects.filter(contact_list__in=lists, contact__erased_at__isnull=True)
    return rows.select_related("contact", "contact_list").prefetch_related("topics")


def _find(token: ApiToken, number: int) -> Subscription:
    row: Subscription | None = _rows(token).filter(pk=number).first()
    if row is None:
        raise nothing_here()
    return row


def _shown(row: Subscription) -> dict[str, Any]:
    return {
        "id": row.pk,
        "contact": row.contact.public_id,
        "list_id": row.contact_list_id,
        "list": row.contact_list.slug or "",
        "status": row.status,
        "language": row.language,
        "topics": [topic.pk for topic in row.topics.all()],
        "source": row.source,
        "ended_by": row.ended_by,
        "paused_until": row.paused_until,
        "created_at": row.created_at,
        "confirmed_at": row.confirmed_at,
        "unsubscribed_at": row.unsubscribed_at,
    }
