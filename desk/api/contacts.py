"""The address book for programs with a token: no secret address, nobody erased, no more than the token's owner sees."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Router, Schema, Status
from pydantic import Field

from contacts.addresses import AddressError, clean_address
from contacts.confidentiality import hidden_fields, reachable
from contacts.correcting import correct
from contacts.creating import create_person
from contacts.forms.person import ADDRESS_TAKEN
from contacts.languages import content_languages, default_languages
from contacts.models import Contact
from desk.api.auth import Token, token_of
from desk.api.fields import CREATES, LINES, PRIVATE, PRIVATE_ONE, WRITE, Asked, Line, Page, PageNumber, PerPage, page_of
from desk.api.once import once
from desk.api.problems import Problem, bad_field, nothing_here
from desk.models import ApiToken
from desk.models.api import Scope

router = Router(tags=["People"])
Gender = Literal["F", "M", "X"]
Basis = Literal["legitimate_interest", "consent", "agreement"]
PublicId = Annotated[uuid.UUID, Path()]
Phone = Annotated[str, Field(max_length=40, pattern=r"^[^\x00-\x1F\x7F]*$")]
Street = Annotated[str, Field(max_length=500, pattern=LINES)]


class ContactOut(Schema):
    """Somebody in the address book. What is secret is empty, whether or not there is something."""

    id: uuid.UUID
    given_name: str
    family_name: str
    gender: str
    language: str
    country: str
    email: str
    phone: str
    postal_address: str
    legal_basis: str
    source: str
    tags: list[str]
    created_at: datetime
    changed_at: datetime


class ContactChange(Schema):
    """What is to be changed; what is left out stays."""

    model_config = {"extra": "forbid"}

    given_name: Line | None = None
    family_name: Line | None = None
    gender: Gender | None = None
    language: Line | None = None
    country: Line | None = None
    email: Line | None = None
    phone: Phone | None = None
    postal_address: Street | None = None
    legal_basis: Basis | None = None
    source: Line | None = None


class ContactIn(Schema):
    """Somebody new. `source` says where the data come from: the person may ask."""

    model_config = {"extra": "forbid"}

    given_name: Line = ""
    family_name: Line = ""
    gender: Gender = "X"
    language: Line = ""
    country: Line = ""
    email: Line = ""
    phone: Phone = ""
    postal_address: Street = ""
    legal_basis: Basis = "legitimate_interest"
    source: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1F\x7F]*$")]


@router.get(
    "contacts", auth=Token(Scope.CONTACTS_READ), response={200: Page[ContactOut], **PRIVATE}, operation_id="contacts"
)
def contacts(request: HttpRequest, q: Asked = "", page: PageNumber = 1, per_page: PerPage = 50) -> Any:
    """People by name; `q` finds words of names and of addresses that are not secret. Scope contacts:read."""
    rows = _people(token_of(request))
    if q.strip():
        rows = rows.search(q)
    rows = rows.with_secrecy().prefetch_related("tags").order_by("sort_key", "pk")
    return page_of(request, rows, page, per_page, _shown)


@router.get(
    "contacts/{public_id}",
    auth=Token(Scope.CONTACTS_READ),
    response={200: ContactOut, **PRIVATE_ONE},
    operation_id="contact",
)
def contact(request: HttpRequest, public_id: PublicId) -> Any:
    """One of them. Scope contacts:read."""
    return _shown(_find(token_of(request), public_id))


@router.post(
    "contacts",
    auth=Token(Scope.CONTACTS_WRITE),
    response={201: ContactOut, **WRITE},
    operation_id="add_contact",
    openapi_extra=CREATES,
)
def add_contact(request: HttpRequest, response: HttpResponse, asked: ContactIn) -> Any:
    """Add somebody. What is given counts as set by hand: imports leave it. Scope contacts:write."""
    token = token_of(request)
    values = asked.dict()
    if not (values["given_name"] or values["family_name"] or values["email"]):
        raise bad_field("body.family_name", _("Give a name or an address."))
    _check(values)

    def make() -> str:
        return str(create_person(values, actor=token.owner).public_id)

    try:
        made = once(request, response, token, make)
    except IntegrityError as error:
        raise Problem(409, str(ADDRESS_TAKEN)) from error
    return Status(201, _shown(_find(token, uuid.UUID(made))))


@router.patch(
    "contacts/{public_id}",
    auth=Token(Scope.CONTACTS_WRITE),
    response={200: ContactOut, **WRITE},
    operation_id="change_contact",
)
def change_contact(request: HttpRequest, public_id: PublicId, asked: ContactChange) -> Any:
    """Change what is given, and remember that it was set by hand. A secret address is changed on its page alone.

    Scope contacts:write.
    """
    token = token_of(request)
    person = _find(token, public_id)
    values = {name: value for name, value in asked.dict(exclude_unset=True).items() if value is not None}
    _check(values)
    try:
        with transaction.atomic():
            # Read again under a lock: somebody may mark it as secret at this moment.
            person = Contact.objects.select_for_update(of=("self",)).get(pk=person.pk)
            hidden = [name for name in hidden_fields(person) if name in values]
            if person.erased_at is not None:
                raise nothing_here()
            if hidden:
                raise bad_field(f"body.{hidden[0]}", _("It is secret. Change it on the person's page."))
            correct(person, values, actor=token.owner)
    except IntegrityError as error:
        raise Problem(409, str(ADDRESS_TAKEN)) from error
    return _shown(_find(token, public_id))


def _people(token: ApiToken) -> Any:
    return Contact.objects.visible_to(token.owner).living()


def _find(token: ApiToken, public_id: uuid.UUID) -> Contact:
    person: Contact | None = _people(token).with_secrecy().filter(public_id=public_id).first()
    if person is None:
        raise nothing_here()
    return person


def _check(values: dict[str, Any]) -> None:
    """Bring the address into its normal spelling. Raises Problem for what the address book does not know."""
    if values.get("language") and values["language"] not in content_languages():
        raise bad_field("body.language", _("This language is not known here. Give a code such as “fr”."))
    if values.get("country") and values["country"] not in default_languages():
        raise bad_field("body.country", _("This country is not known here. Give a code such as “FR”."))
    if values.get("email"):
        try:
            values["email"] = clean_address(values["email"])
        except AddressError as error:
            raise bad_field("body.email", str(error)) from error


def _shown(person: Contact) -> dict[str, Any]:
    return {
        "id": person.public_id,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "gender": person.gender,
        "language": person.language,
        "country": person.country,
        "legal_basis": person.legal_basis,
        "source": person.source,
        "tags": sorted(tag.name for tag in person.tags.all()),
        "created_at": person.created_at,
        "changed_at": person.changed_at,
        **reachable(person),
    }
