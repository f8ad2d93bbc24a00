"""Lines of the checklist about paper: the register number, the PDF on letterhead, the files that go along."""

import hashlib
import json
from collections.abc import Iterator

from django.core.cache import cache
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from advocacy.typesetting import PdfError
from contacts.models.organisations import NOT_REGISTERED
from mailing.findings import Item, Subject
from mailing.models import Mailing
from mailing.paper_words import Press, Reader, files_of

# Seconds for which a page remembers that these very papers could be set.
REMEMBERED = 3600
EU_DOMAIN = "europa.eu"


def register_line(subject: Subject) -> Iterator[Item]:
    """Who writes to an EU institution gives the number, or says expressly that there is none (code of conduct, a)."""
    number = subject.mailing.owner.transparency_register_id.strip()
    url, action = reverse("mailing:sender_list"), _("Set it")
    if subject.mailing.owner.register_number:
        yield Item("register", "ok", _("The Transparency Register number stands on the letter"), number)
    elif number.casefold() == NOT_REGISTERED:
        title = _("The letter says that you are not registered")
        yield Item("register", "warn", title, _("You chose to say so on every letter."), url, action)
    elif is_for_institutions(subject):
        title = _("No Transparency Register number is set")
        detail = _(
            "A letter to an EU institution gives the number, or says expressly “not registered”. "
            "An administrator can set either."
        )
        yield Item("register", "bad", title, detail, url, action)
    else:
        title = _("No Transparency Register number is set")
        yield Item("register", "warn", title, _("None of these people sits in an EU institution."), url, action)


def is_for_institutions(subject: Subject) -> bool:
    """Whether a letter goes to anybody in the EU's institutions: a seat in the Parliament, or an address there."""
    if subject.mailing.kind != Mailing.Kind.LETTER:
        return False
    if any(reader.context.get("group") or reader.context.get("committees") for reader in subject.readers):
        return True
    domains = {key.rpartition("@")[2] for _pk, key, _language in subject.preview.recipient_keys}
    return any(domain == EU_DOMAIN or domain.endswith(f".{EU_DOMAIN}") for domain in domains)


def paper_line(subject: Subject) -> Iterator[Item]:
    """The PDF of one letter a language, set as it would be."""
    mailing = subject.mailing
    if mailing.kind != Mailing.Kind.LETTER or not subject.readers:
        return
    url, action = f"{subject.link('letter_write')}#files", _("Change it")
    if not mailing.has_papers:
        return
    problem = _problem(subject)
    if problem:
        yield Item("paper", "bad", _("The PDF of the letter cannot be made"), problem, url, action)
        return
    missing = "" if mailing.owner.postal_address.strip() else _("No postal address stands on its letterhead.")
    yield Item("paper", "ok", _("The PDF on letterhead can be made, tagged for screen readers"), missing)


def _problem(subject: Subject) -> str:
    """Why the PDF of a letter cannot be made; one letter a language is tried, and remembered as long as it is alike."""
    first: dict[str, Reader] = {}
    for reader in subject.readers:
        if reader.language in subject.contents:
            first.setdefault(reader.language, Reader(reader.language, reader.context))
    press = Press(subject.mailing)
    try:
        documents = [press.document([reader]) for reader in first.values()]
        told = json.dumps(documents, sort_keys=True, ensure_ascii=False)
        key = f"papers:{hashlib.sha256(told.encode()).hexdigest()}"
        if cache.get(key) is None:
            press.set(documents)
            cache.set(key, True, REMEMBERED)
    except PdfError as error:
        return str(error)
    return ""


def files_line(subject: Subject) -> Iterator[Item]:
    """How many files go along and how large they are."""
    found = files_of(subject.mailing)
    if not found:
        return
    title = ngettext("%(n)d file goes with each letter", "%(n)d files go with each letter", len(found))
    names = ", ".join(file.title for file in found)
    size = filesizeformat(sum(file.size for file in found))
    yield Item("files", "ok", title % {"n": len(found)}, f"{names} ({size})")
