"""People as a file somebody can leave with: CSV or XLSX, without formulas and without secret addresses."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.audit import record
from accounts.exports import csv_download, xlsx_download
from contacts.confidentiality import reachable
from contacts.languages import effective_country, effective_language
from contacts.models.people import ContactQuerySet

COLUMNS = (
    "given_name",
    "family_name",
    "email",
    "phone",
    "postal_address",
    "gender",
    "country",
    "language",
    "group",
    "seats",
    "posts",
    "tags",
    "legal_basis",
)
FORMATS = ("csv", "xlsx")
# People read at a time: memory stays flat, and a hundred thousand people cost 50 rounds of four queries.
CHUNK = 2000


def download(request: HttpRequest, people: ContactQuerySet, name: str, fmt: str) -> HttpResponseBase:
    """All of these people as a file named `name.csv` or `name.xlsx`, told to the audit trail by its size.

    `name` is ours, never a person's words. `?bom=0` leaves the byte order mark of a CSV file out. Raises Http404 for
    another format.
    """
    if fmt not in FORMATS:
        raise Http404
    with transaction.atomic():
        size = people.order_by().count()
        record(request.user, f"downloaded a list of {size} contacts")  # type: ignore[arg-type]
    if fmt == "xlsx":
        return xlsx_download(f"{name}.xlsx", COLUMNS, person_rows(people))
    return csv_download(f"{name}.csv", COLUMNS, person_rows(people), bom=request.GET.get("bom") != "0")


def person_rows(people: ContactQuerySet) -> Iterator[list[Any]]:
    """One row a person in the order of COLUMNS, read CHUNK at a time. Secret addresses are left empty."""
    found = people.annotate(shown_language=effective_language(), shown_country=effective_country())
    person: Any  # with what with_seats() and the annotations add to a contact
    for person in found.with_secrecy().with_seats().prefetch_related("tags").iterator(chunk_size=CHUNK):
        seats = [seat for mandate in person.open_mandates for seat in mandate.open_seats]
        reach = reachable(person)
        yield [
            person.given_name,
            person.family_name,
            reach["email"],
            reach["phone"],
            reach["postal_address"],
            person.gender,
            person.shown_country,
            person.shown_language,
            " ".join(seat.body.code for seat in seats if seat.body.kind == "group"),
            " ".join(f"{seat.body.code}:{seat.role}" for seat in seats if seat.body.kind == "committee"),
            "; ".join(str(post) for post in person.open_posts),
            "; ".join(sorted(found.name for found in person.tags.all())),
            person.legal_basis,
        ]
