"""Making one recipient's message from frozen content: text and merge values in, the bytes that leave out."""

import hashlib
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from mailing import merge
from mailing.models import Delivery, Mailing, MailingContent
from transport.message import build_message


class RenderError(Exception):
    """The message cannot be made; the text says why, for the officer who reads the report."""


class Renderer:
    """Makes the messages of one mailing. Its texts are read once and its templates parsed once a language."""

    def __init__(self, mailing: Mailing) -> None:
        """Reads nothing yet."""
        self.mailing = mailing

    @cached_property
    def _contents(self) -> dict[str, MailingContent]:
        found = {content.language: content for content in self.mailing.contents.all()}
        for content in found.values():
            content.mailing = self.mailing  # not read again for every recipient
        return found

    @cached_property
    def date(self) -> datetime:
        """The same for every try of every letter: when the mailing started."""
        return self.mailing.started_at or timezone.now()

    def message(self, delivery: Delivery) -> bytes:
        """The message of one delivery: the same bytes at every try. Raises RenderError.

        A letter has no List-* header and no Precedence (RELIABILITY 4.6): it is written to one person.
        """
        content = self._contents.get(delivery.language)
        if content is None:
            raise RenderError(f"There is no version in the language {delivery.language}.")
        sender = self.mailing.sender
        try:
            rendered = merge.render(content, delivery.context, delivery.language)
            return build_message(
                sender=(sender.name, sender.from_email),
                to=(str(delivery.context.get("name", "")), delivery.email or ""),
                reply_to=sender.reply_to,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                message_id=message_id(delivery, sender.domain),
                headers={"X-Reference": self.mailing.reference, "Content-Language": delivery.language},
                date=self.date,
            )
        except ValueError as error:
            raise RenderError(str(error)) from error


def message_id(delivery: Delivery, domain: str) -> str:
    """Stable for ever (DESIGN 5.5): every try, and a person's "send again", carry the same one."""
    return f"<{delivery.public_id}@{domain}>"


def message_bytes(delivery: Delivery) -> bytes:
    """One delivery's message, for a look at what is or was sent. Raises RenderError."""
    return Renderer(delivery.mailing).message(delivery)


def digest(message: bytes) -> str:
    """SHA-256 of a message, hex: what the ledger keeps of it."""
    return hashlib.sha256(message).hexdigest()
