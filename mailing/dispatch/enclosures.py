"""The files that go with a mailing's messages, as parts of them: encoded once a turn, put around each message."""

from collections.abc import Callable
from functools import cached_property

from django.utils.translation import gettext as _

from mailing.models import Attachment, Mailing
from transport.enclosing import enclose, file_part

PDF = "application/pdf"


class Missing(Exception):
    """A file that every message carries is not there. The mailing has to stop; the text says so to people."""


class Enclosures:
    """What is around the messages of one mailing. A newsletter has nothing, and costs nothing here."""

    def __init__(self, mailing: Mailing) -> None:
        """Reads nothing yet."""
        self.mailing = mailing
        self._parts: dict[str, list[bytes]] = {}

    def around(self, message: bytes, language: str, paper: Callable[[], bytes | None]) -> bytes:
        """The finished message with the files for readers of a language, and with its own PDF where it has one.

        `paper` gives that PDF, or None when it was not made. Equal files give equal bytes. Raises Missing.
        """
        if self.mailing.kind != Mailing.Kind.LETTER:
            return message
        parts = self._parts.get(language) or self._encoded(language)
        if self.mailing.attaches_papers:
            content = paper()
            if not content:
                raise Missing(_("The PDF of a letter is missing; nothing leaves without it. Resume, and it is made."))
            parts = [file_part(f"{self.mailing.reference}.pdf", PDF, content), *parts]
        return enclose(message, parts, f"{self.mailing.reference}/{language}")

    def _encoded(self, language: str) -> list[bytes]:
        files = [file for file in self._files if file.language in ("", language)]
        self._parts[language] = [file_part(file.name, file.media_type, bytes(file.content)) for file in files]
        return self._parts[language]

    @cached_property
    def _files(self) -> list[Attachment]:
        return list(self.mailing.attachments.order_by("pk"))
