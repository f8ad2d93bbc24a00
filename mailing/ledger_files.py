"""The ledger of a mailing as a file to leave with: CSV or XLSX, without formulas and without secret addresses."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.audit import record
from accounts.exports import csv_download, csv_lines, xlsx_download
from contacts.confidentiality import secret_mail
from contacts.languages import language_name
from mailing.models import Delivery, Mailing
from mailing.story import state_of

HEADER = [
    "public_id", "name", "email", "country", "group", "committees", "language", "state", "reason",
    "server_code", "server_words", "attempts", "sent_at", "next_attempt_at", "delivered_at", "bounced_at",
    "replied_at", "digest",
]  # fmt: skip
MOMENTS = ("sent_at", "next_attempt_at", "delivered_at", "bounced_at", "replied_at")
FORMATS = ("csv", "xlsx")


def download(request: HttpRequest, mailing: Mailing, fmt: str) -> HttpResponseBase:
    """The whole ledger as a file named after the reference; who took it is written down. `?bom=0` as for contacts.

    Raises Http404 for another format. No column tells of opening or clicking: we do not look.
    """
    if fmt not in FORMATS:
        raise Http404
    with transaction.atomic():
        record(request.user, f"exported the ledger of {mailing.reference}", about=mailing, label=mailing.reference)  # type: ignore[arg-type]
    name = f"{mailing.reference}-ledger.{fmt}"
    if fmt == "xlsx":
        return xlsx_download(name, HEADER, ledger_cells(mailing))
    return csv_download(name, HEADER, ledger_cells(mailing), bom=request.GET.get("bom") != "0")


def csv_rows(mailing: Mailing) -> Iterator[str]:
    """The whole ledger as CSV lines, UTF-8 with a byte order mark so that spreadsheets read it rightly."""
    return csv_lines(HEADER, ledger_cells(mailing))


def ledger_cells(mailing: Mailing) -> Iterator[list[Any]]:
    """One row a recipient, those left out included, in the order of HEADER; memory stays flat.

    A secret address is left empty, and so are the server's words about it.
    """
    rows = Delivery.objects.filter(mailing=mailing).annotate(is_secret=secret_mail())
    for delivery in rows.select_related("contact").order_by("pk").iterator(500):
        context = delivery.context or {}
        name = context.get("name") or (delivery.contact.name if delivery.contact else "")
        yield [
            delivery.public_id,
            name,
            "" if delivery.is_secret else delivery.email,
            context.get("country"),
            context.get("group"),
            " ".join(sorted(context.get("committees") or [])),
            language_name(delivery.language),
            state_of(delivery)["word"],
            delivery.get_skip_reason_display() if delivery.skip_reason else delivery.get_error_kind_display(),
            delivery.error_code,
            "" if delivery.is_secret else delivery.error_detail,
            delivery.attempts,
            *(_local(getattr(delivery, moment)) for moment in MOMENTS),
            delivery.content_digest,
        ]


def _local(moment: Any) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""
