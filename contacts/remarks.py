"""Short rows about one person in one query: tags, notes, corrections, meetings, what stops messages to them.

A page has twelve queries for all rooms together, and these are five tables of a few rows each.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Case, DateField, DateTimeField, F, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce

from contacts import registry
from contacts.models import Contact, Interaction, Note, PersonCorrection, Suppression, Tag


@dataclass(frozen=True)
class Remark:
    """One row: `words` is the note, the tag, the field, the reason; `more` what goes with it; `by` a colleague's name.

    Of a meeting `more` is who else was there and `sort` its kind; of a suppression `more` is the scope.
    """

    what: str
    pk: int
    words: str
    more: str
    at: dt.datetime | None
    by: str
    by_pk: int | None
    sort: str
    # Of a meeting: the day on which somebody has to come back to it, until that is done.
    due: dt.date | None

    def get_reason_display(self) -> str:
        """The reason of a suppression in words."""
        return str(Suppression.Reason(self.words).label)


def remarks_of(contact: Contact) -> dict[str, list[Remark]]:
    """All of them by what they are: note, correction, meeting, suppression, tag, and what other rooms add.

    Each newest first, tags by name.
    """
    notes = Note.objects.filter(contact=contact)
    corrections = PersonCorrection.objects.filter(contact=contact)
    is_open = Case(When(done_at__isnull=True, then=F("due_on")), output_field=DateField(null=True))
    meetings = Interaction.objects.filter(contact=contact).annotate(open_due=is_open)
    # A contact without an address has no digest, and no suppression has an empty one.
    suppressions = Suppression.objects.filter(email_digest=contact.email_digest).exclude(email_digest="")
    tags = Tag.objects.filter(contacts=contact)
    others = [(what, more, names) for fill in registry.remarks for what, more, names in fill(contact)]
    rows = _as_remarks("note", notes, words="text", at="at", by="author").union(
        _as_remarks("correction", corrections, words="field", at="at", by="by"),
        _as_remarks("meeting", meetings, words="note", more="with_whom", at="at", by="by", sort="kind", due="open_due"),
        _as_remarks("suppression", suppressions, words="reason", more="scope", at="at"),
        _as_remarks("tag", tags, words="name"),
        *(_as_remarks(what, more, **names) for what, more, names in others),
        all=True,
    )
    found: dict[str, list[Remark]] = {"note": [], "correction": [], "meeting": [], "suppression": [], "tag": []}
    found |= {what: [] for what, _rows, _names in others}
    for row in rows:
        remark = Remark(*row)
        found[remark.what].append(remark)
    for what, remarks in found.items():
        if what == "tag":
            remarks.sort(key=lambda remark: remark.words)
        else:
            remarks.sort(key=lambda remark: (remark.at, remark.pk), reverse=True)
    return found


def _as_remarks(what: str, rows: Any, **names: str) -> QuerySet[Any, Any]:
    """Rows with the columns of a Remark, of the same types whatever the table; `names` says which column is what."""

    def column(name: str, kind: Any, path: str = "") -> Any:
        return Cast(names[name] + path if name in names else Value(None, output_field=kind), kind)

    def text(name: str, path: str = "") -> Any:
        return Coalesce(column(name, TextField(), path), Value("", output_field=TextField()))

    columns = {
        "remark_what": Value(what, output_field=TextField()),
        "remark_pk": F("pk"),
        "remark_words": text("words"),
        "remark_more": text("more"),
        "remark_at": F(names["at"]) if "at" in names else column("at", DateTimeField()),
        "remark_by": text("by", "__name"),
        "remark_by_pk": column("by", BigIntegerField(), "_id"),
        "remark_sort": text("sort"),
        "remark_due": column("due", DateField()),
    }
    found: QuerySet[Any, Any] = rows.order_by().annotate(**columns).values_list(*columns)
    return found
