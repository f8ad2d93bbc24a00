"""The story of a person's consent on their page: what was asked, what they saw, what they answered, what they chose."""

import re
from collections.abc import Iterable

from django.db.models import CharField
from django.db.models.functions import Cast
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import AuditEvent
from contacts import consent
from contacts.models import ConsentRecord, Contact, Merge
from contacts.models.merges import ids_of_person
from contacts.preferences import READER
from contacts.registry import Entry

MOST = 50
# "3 issues in a row came back"; older proofs say "several".
SILENT = re.compile(re.escape(consent.BY_SILENCE).replace("%d", r"(\d+|several)"))


def consents(contact: Contact) -> Iterable[Entry]:
    """One entry for each proof: "Confirmed: Road Notes", the words that were shown and their version, and where."""
    # The proofs of somebody merged into this person stay where they were written.
    rows = ConsentRecord.objects.filter(contact__in=ids_of_person(contact)).select_related("contact_list")
    for row in rows.order_by("-id")[:MOST]:
        yield Entry(at=row.at, title=_title(row), detail=_detail(row), icon="check")


def choices(contact: Contact) -> Iterable[Entry]:
    """One line for each change that the reader made by the link: languages, topics, pauses, files."""
    own = Contact.objects.order_by().filter(pk=contact.pk).values(number=Cast("pk", CharField()))
    shells = Merge.objects.order_by().filter(into=contact).values(number=Cast("shell", CharField()))
    rows = AuditEvent.objects.filter(
        object_type=Contact._meta.label_lower, object_id__in=own.union(shells, all=True), sentence__startswith=READER
    )
    for row in rows.order_by("-id")[:MOST]:
        said = row.sentence.removeprefix(READER)
        yield Entry(
            at=row.at, title=f"{said[:1].upper()}{said[1:]}.", detail=_("By the link in their mail."), icon="check"
        )


def _title(row: ConsentRecord) -> str:
    """What happened, in a sentence. What the platform or a colleague did is not told as the reader's own deed."""
    name = f"“{row.contact_list.name}”" if row.contact_list else _("a list")
    titles = {
        "asked": _("Asked for %(list)s."),
        "confirmed": _("Confirmed %(list)s."),
        "unsubscribed": _("Left %(list)s."),
        "undone": _("Came back to %(list)s."),
        "imported": _("Added to %(list)s, with proof."),
    }
    done_by_others = {
        ("unsubscribed", consent.BY_COLLEAGUE): _("Taken off %(list)s by a colleague, as the person asked."),
        ("unsubscribed", consent.BY_MERGING): _("Taken off %(list)s: merged with somebody who had left it."),
        ("unsubscribed", consent.BY_COMPLAINT): _("Taken off %(list)s after a complaint to the mail provider."),
        ("unsubscribed", consent.BY_DEAD_MAILBOX): _("Taken off %(list)s: the mailbox is gone."),
        ("unsubscribed", consent.BY_UNDOING): _("Taken off %(list)s: the import was taken back."),
        ("undone", consent.BROUGHT_BACK): _("Brought back to %(list)s by a colleague."),
    }
    came_back = SILENT.fullmatch(row.source) if row.action == "unsubscribed" else None
    if came_back is None:
        title = done_by_others.get((row.action, row.source)) or titles[row.action]
        return title % {"list": name}
    if not came_back[1].isdecimal():
        return _("Taken off %(list)s after several messages that could not be delivered.") % {"list": name}
    number = int(came_back[1])
    title = ngettext(
        "Taken off %(list)s after %(n)d message that could not be delivered.",
        "Taken off %(list)s after %(n)d messages that could not be delivered.",
        number,
    )
    return title % {"list": name, "n": number}


def _detail(row: ConsentRecord) -> str:
    said = [_("Shown: “%(words)s”") % {"words": row.wording}]
    if row.wording_version:
        said = [_("Shown: “%(words)s” (version %(n)d)") % {"words": row.wording, "n": row.wording_version}]
    said.append(_("Where: %(source)s") % {"source": row.source})
    if row.given_on:
        said.append(_("Given on %(day)s") % {"day": date_format(row.given_on, "j M Y")})
    return ". ".join(said) + "."
