"""The story of a person's consent on their page: what was asked, what they saw, what they answered, what they chose."""

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import AuditEvent
from contacts.models import ConsentRecord, Contact
from contacts.preferences import READER
from contacts.registry import Entry

MOST = 50


def consents(contact: Contact) -> Iterable[Entry]:
    """One entry for each proof: "Confirmed: Road Notes", the words that were shown and their version, and where."""
    titles = {
        "asked": _("Asked for %(list)s."),
        "confirmed": _("Confirmed %(list)s."),
        "unsubscribed": _("Left %(list)s."),
        "undone": _("Came back to %(list)s."),
        "imported": _("Added to %(list)s, with proof."),
    }
    rows = ConsentRecord.objects.filter(contact=contact).select_related("contact_list").order_by("-id")
    for row in rows[:MOST]:
        name = f"“{row.contact_list.name}”" if row.contact_list else _("a list")
        title = titles.get(row.action, row.action)
        yield Entry(
            at=row.at, title=title % {"list": name} if "%" in title else title, detail=_detail(row), icon="check"
        )


def choices(contact: Contact) -> Iterable[Entry]:
    """One line for each change that the reader made by the link: languages, topics, pauses, files."""
    rows = AuditEvent.objects.filter(
        object_type=Contact._meta.label_lower, object_id=str(contact.pk), sentence__startswith=READER
    )
    for row in rows.order_by("-id")[:MOST]:
        said = row.sentence.removeprefix(READER)
        yield Entry(
            at=row.at, title=f"{said[:1].upper()}{said[1:]}.", detail=_("By the link in their mail."), icon="check"
        )


def _detail(row: ConsentRecord) -> str:
    said = [_("Shown: “%(words)s”") % {"words": row.wording}]
    if row.wording_version:
        said = [_("Shown: “%(words)s” (version %(n)d)") % {"words": row.wording, "n": row.wording_version}]
    said.append(_("Where: %(source)s") % {"source": row.source})
    if row.given_on:
        said.append(_("Given on %(day)s") % {"day": date_format(row.given_on, "j M Y")})
    return ". ".join(said) + "."
