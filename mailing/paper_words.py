"""A letter on paper: what stands in its PDF, as data for templates/pdf/letter.typ. How it is set: advocacy.typesetting.

It holds what the message holds: the same letterhead words, the same text filled for the same reader, the same notice.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from advocacy.blocks import blocks_of
from advocacy.typesetting import PdfError, make_printable, typeset_all
from contacts.models import Organisation
from mailing import merge
from mailing.letterhead import frame, reader_value
from mailing.models import Attachment, Letterhead, Mailing, MailingContent, Sender

TEMPLATE = "letter"


class Reader(NamedTuple):
    """For whom a letter is set: the language it is in and the values the freeze wrote (or would write)."""

    language: str
    context: Mapping[str, Any]


class Press:
    """Sets the letters of one mailing; what they share is read once."""

    def __init__(self, mailing: Mailing, *, contents: Iterable[MailingContent] | None = None) -> None:
        """Reads texts (unless they are given) and letterhead: three queries at most."""
        self.mailing = mailing
        texts = mailing.contents.all() if contents is None else contents
        self.contents: dict[str, MailingContent] = {content.language: content for content in texts}
        for content in self.contents.values():
            content.mailing = mailing
        self.letterhead: Letterhead | None = getattr(mailing.owner, "letterhead", None)
        self._frames: dict[str, dict[str, Any]] = {}

    @property
    def moment(self) -> datetime:
        """When the PDFs say that they were made: the date of the messages they go with, the same at every making."""
        return self.mailing.started_at or self.mailing.scheduled_at or timezone.now()

    def papers(self, readers: Iterable[Reader]) -> list[bytes]:
        """One PDF for each reader, in their order. The same readers give the same bytes. Raises PdfError."""
        return self.set([self.document([reader]) for reader in readers])

    def bundle(self, readers: Iterable[Reader]) -> bytes:
        """All letters in one PDF, each with pages of its own. Raises PdfError."""
        return self.set([self.document(list(readers))])[0]

    def set(self, documents: list[dict[str, Any]]) -> list[bytes]:
        """The PDFs of documents that `document` made. Raises PdfError."""
        return typeset_all(documents, self.moment, template=TEMPLATE)

    def document(self, readers: list[Reader]) -> dict[str, Any]:
        """The letters to these readers as one document. Raises PdfError where a text cannot be filled."""
        return self.dressed([self._letter(reader) for reader in readers])

    def dressed(self, letters: list[dict[str, Any]]) -> dict[str, Any]:
        """Letters as one document with its title and the logo; every character one that the fonts have."""
        many = f"{self.mailing.reference}, {self.mailing.title}"
        document: dict[str, Any] = {
            "lang": letters[0]["lang"] if letters else "en",
            "title": letters[0]["subject"] if len(letters) == 1 else many,
            "author": self.mailing.owner.name,
            "keywords": [self.mailing.reference],
            "foot": self.mailing.reference,
            "letters": letters,
        }
        document, _missing = make_printable(document)
        if self.letterhead and self.letterhead.logo:
            document["logo"] = list(bytes(self.letterhead.logo))
            document["logo-kind"] = self.letterhead.logo_kind
        return document

    def _letter(self, reader: Reader) -> dict[str, Any]:
        """One letter as data. Raises PdfError where its text cannot be filled."""
        content = self.contents.get(reader.language)
        if content is None:
            raise PdfError(_("A letter has no text in its language, so its PDF cannot be made."))
        try:
            values = merge.values_for(self.mailing, reader.context, reader.language)
            subject = merge.tidy(merge.fill(content.subject, values, html=False))
            body, _plain = merge.fill_body(content.body_for(reader.context, reader.language), values)
        except merge.MergeError as error:
            raise PdfError(_("A letter cannot be filled: %(why)s") % {"why": error}) from error
        around = self._frames.setdefault(reader.language, frame(self.mailing, reader.language))
        return {
            "lang": reader.language.split("-")[0],
            "words-lang": around["words_language"].split("-")[0],
            "left": [*head_lines(self.mailing.owner, self.letterhead), around["register_line"]],
            "right": [around["place_and_date"], around["reference_line"]],
            "to": _addressee(reader),
            # PDF/UA refuses an empty heading.
            "subject": subject or self.mailing.reference,
            "blocks": blocks_of(body),
            "small": [around["privacy"], f"{around['object']} {around['object_address']}."],
            "running": f"{self.mailing.owner.name}, {self.mailing.reference}",
        }


def specimen(owner: Organisation) -> bytes:
    """A page on an organisation's letterhead that is nobody's letter. Raises PdfError."""
    mailing = Mailing(owner=owner, reference="–", title=_("Letterhead"), sender=Sender(name=owner.name))
    press = Press(mailing, contents=[])
    around = frame(mailing, "en")
    letter = {
        "lang": "en",
        "words-lang": "en",
        "left": [*head_lines(owner, press.letterhead), around["register_line"]],
        "right": [around["place_and_date"]],
        "to": [],
        "subject": _("How our letters look"),
        "blocks": [],
        "small": [around["privacy"]],
        "running": owner.name,
    }
    return press.set([press.dressed([letter])])[0]


def _addressee(reader: Reader) -> list[str]:
    """To whom it goes: the name, and what the European Parliament's list says beside it, in the reader's language."""
    return [
        line for line in (reader_value(name, reader.context, reader.language) for name in ("name", "group", "country"))
        if line
    ]  # fmt: skip


def letterhead_parts(mailing: Mailing) -> list[str]:
    """What an approval of a letter on paper is bound to of its letterhead: the printed lines, the logo's digest."""
    if not mailing.has_papers:
        return []
    letterhead: Letterhead | None = getattr(mailing.owner, "letterhead", None)
    logo = bytes(letterhead.logo) if letterhead and letterhead.logo else b""
    return [*head_lines(mailing.owner, letterhead), hashlib.sha256(logo).hexdigest() if logo else ""]


def enclosed_parts(mailing: Mailing) -> list[list[str]]:
    """What an approval is bound to of the files that go along: name, readers and digest of each."""
    return [[file.name, file.language, file.sha256] for file in files_of(mailing)]


def files_of(mailing: Mailing) -> list[Attachment]:
    """The files that go along, without their bytes. Read once for a page, which asks first whether there are any
    (views.finding); elsewhere they are read each time, since somebody may just have added one."""
    has_any = getattr(mailing, "has_attachments", None)
    if has_any is None:
        return list(mailing.attachments.defer("content"))
    known: list[Attachment] | None = mailing.__dict__.get("_files_read")
    if known is None:
        known = mailing.__dict__["_files_read"] = list(mailing.attachments.defer("content")) if has_any else []
    return known


def head_lines(owner: Organisation, letterhead: Letterhead | None) -> list[str]:
    """The lines under an organisation's name: address, website. Of one at a secret address, no address ever."""
    address: list[str] = []
    if not owner.is_confidential and (letterhead is None or letterhead.shows_address):
        address = [line.strip() for line in owner.postal_address.splitlines() if line.strip()]
    return [*address, *([owner.website] if owner.website else [])]
