"""Asking for a subscription from the organisation's own site: the same answer whoever it is about."""

import json
from typing import Any

from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field, ValidationError

from accounts.visitors import client_address
from contacts.addresses import AddressError
from contacts.models import Subscription
from contacts.open_lists import open_lists
from contacts.signing_up import sign_up
from desk.api.edge import may_ask
from desk.api.fields import Language, Line, Slug, problems
from desk.api.problems import Problem, bad_field, nothing_here, of_fields

router = Router(tags=["Public"])
Numbers = list[int]
FORM = "application/x-www-form-urlencoded"


class Ask(Schema):
    """Who asks for which list. `website` is a trap for machines that fill in every field: leave it out."""

    list: Slug
    email: Line = Field(examples=["ana@example.org"])
    language: Language = "en"
    topics: Numbers = Field(default=[], max_length=50, description="Ids of topics, as /lists gives them.")
    website: Line = ""


class AskedOut(Schema):
    """What is said to everybody."""

    message: str


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Ask"}},
            FORM: {"schema": {"$ref": "#/components/schemas/Ask"}},
        },
    }
}


@router.post(
    "subscriptions/ask",
    response={202: AskedOut, **problems(400, 403, 404, 413, 415, 422)},
    operation_id="ask_for_subscription",
    openapi_extra=_BODY,
)
def ask(request: HttpRequest) -> Any:
    """Ask for a list. An address that is new gets a confirmation by mail; nothing is sent to it before it confirms.

    Takes JSON or a form, from a server or from pages of the sites in API_ORIGINS. One mail an address a day and five a
    client an hour: what is beyond is answered alike and does nothing.
    """
    origin = request.headers.get("Origin", "")
    if origin and not may_ask(origin):
        raise Problem(403, _("Pages of this site may not ask. An administrator names them in API_ORIGINS."))
    asked = _read(request)
    row = open_lists().filter(slug=asked.list).first()
    if row is None:
        raise nothing_here()
    if not asked.website:
        try:
            sign_up(
                row,
                asked.email,
                language=asked.language,
                source=Subscription.Source.API,
                topics=[number for number in asked.topics if 0 < number < 2**63],
                ip=client_address(request),
            )
        except AddressError as error:
            raise bad_field("body.email", str(error)) from error
    return Status(202, {"message": _("If this address can be written to, a mail with a link is on its way to it.")})


def _read(request: HttpRequest) -> Ask:
    """The body as JSON or as a form. Raises Problem."""
    kind = request.content_type
    try:
        if kind == FORM:
            values: Any = {**request.POST.dict(), "topics": request.POST.getlist("topics")}
        elif kind == "application/json":
            values = json.loads(request.body)
        else:
            raise Problem(415, _("Send application/json or %(form)s.") % {"form": FORM})
    except (ValueError, UnreadablePostError, RecursionError) as error:
        raise Problem(400, _("The body is not JSON in UTF-8.")) from error
    try:
        return Ask.model_validate(values)
    except ValidationError as error:
        raise of_fields([{**one, "loc": ("body", *one["loc"])} for one in error.errors()]) from error
