"""What became of a mailing by political group, country, committee and language: one query, from the frozen rows."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Count, Q
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.languages import country_name, language_name
from contacts.reference import table
from mailing.models import Delivery, Mailing

BY = {
    "group": gettext_lazy("Group"),
    "country": gettext_lazy("Country"),
    "committee": gettext_lazy("Committee"),
    "language": gettext_lazy("Language"),
}
# Above so many recipients a page shows the figures only when asked: the database reads every row for them.
MOST_AT_ONCE = 5_000
# Bars beside the recipients; all of them stand on the page of figures.
MOST_BARS = 12


@dataclass
class Part:
    """One group, country, committee or language. The counts are of letters; those after `accepted` are parts of it
    or of the rest as state_of words them: a letter that came back is not among the accepted."""

    code: str
    label: str
    total: int = 0
    accepted: int = 0
    replied: int = 0
    bounced: int = 0
    missing: int = 0

    @property
    def silent(self) -> int:
        """Accepted and without an answer so far."""
        return self.accepted - self.replied

    def add(self, counts: dict[str, Any]) -> None:
        """Count these letters as well."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + counts[name])


_SENT, _BACK = Q(status=Delivery.Status.SENT), Q(bounced_at__isnull=False, replied_at__isnull=True)
_COUNTS = {
    "total": Count("pk"),
    "accepted": Count("pk", filter=_SENT & ~_BACK),
    "replied": Count("pk", filter=_SENT & Q(replied_at__isnull=False)),
    "bounced": Count("pk", filter=_BACK),
    "missing": Count("pk", filter=~_SENT & ~_BACK & ~Q(status=Delivery.Status.QUEUED)),
}


def breakdowns(mailing: Mailing) -> dict[str, list[Part]]:
    """The parts by each of BY, the largest first; a way of cutting that has nothing to cut by is left out.

    Who sits on two committees counts in both, so those do not add up to the recipients. One query, however many
    people: the database counts each combination, of which there are far fewer.
    """
    found: dict[str, dict[str, Part]] = {name: {} for name in BY}
    for row in _combinations(mailing):
        for by, code in _places(row):
            part = found[by].setdefault(code, Part(code, _label(by, code)))
            part.add(row)
    return {by: _sorted(parts.values()) for by, parts in found.items() if any(parts)}


def _combinations(mailing: Mailing) -> Iterable[dict[str, Any]]:
    rows = Delivery.objects.filter(mailing=mailing)
    rows = rows.exclude(status=Delivery.Status.SKIPPED, skipped_at__isnull=True).order_by()
    keys = {name: KT(f"context__{name}") for name in ("group", "country", "committees")}
    return rows.annotate(**keys).values("language", *keys).annotate(**_COUNTS)


def _places(row: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Where one combination counts. An erased context holds nothing."""
    yield "group", row["group"] or ""
    yield "country", row["country"] or ""
    yield "language", row["language"]
    committees = json.loads(row["committees"]) if row["committees"] else []
    for code in committees or [""]:
        yield "committee", str(code)


def _label(by: str, code: str) -> str:
    if by == "language":
        return language_name(code)
    if not code:
        return {"group": _("No group"), "committee": _("No committee")}.get(by, _("Not known"))
    if by == "country":
        return country_name(code)
    return _group_names().get(code, code) if by == "group" else code


@cache
def _group_names() -> dict[str, str]:
    return {row["code"]: row["short_en"] for row in table("groups")}


def _sorted(parts: Iterable[Part]) -> list[Part]:
    """The largest first; who belongs to none last."""
    return sorted(parts, key=lambda part: (not part.code, -part.total, part.label))


def bars(parts: list[Part], most: int = MOST_BARS) -> list[dict[str, Any]]:
    """Rows of components/hbars.html: accepted letters of all letters of a part. At most so many parts."""
    return [
        {
            "label": part.label,
            "value": part.accepted,
            "total": part.total,
            "note": _("of %(n)d") % {"n": part.total},
            "warn": False,
        }
        for part in parts[:most]
    ]
