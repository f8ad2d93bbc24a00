"""Making one recipient's message from frozen content: text and merge values in, the bytes that leave out."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property, partial
from typing import Any, Protocol
from uuid import UUID

from django.utils import timezone

from mailing import merge
from mailing.dispatch import headers, skeleton, threads
from mailing.dispatch.enclosures import Enclosures, Missing
from mailing.dispatch.skeleton import OtherVersion, Own, Skeleton, make_program
from mailing.models import Delivery, Mailing, MailingContent
from mailing.models import Skeleton as StoredSkeleton
from mailing.moulds import mould
from mailing.places import shape_of
from transport.message import build_message


class RenderError(Exception):
    """The message cannot be made; the text says why, for the officer who reads the report."""


class NotOurs(RenderError):
    """Code of another version has to make it, as it made those before it: no fault of the message."""


class NotEnclosed(RenderError):
    """A file that goes with every message is not there: the mailing has to stop, nobody gets it without."""


class Recipient(Protocol):
    """What a message is made from: a Delivery, or the few columns of one that a window reads."""

    @property
    def public_id(self) -> UUID: ...  # noqa: D102 - the columns of a Delivery
    @property
    def email(self) -> str | None: ...  # noqa: D102 - the columns of a Delivery
    @property
    def language(self) -> str: ...  # noqa: D102 - the columns of a Delivery
    @property
    def context(self) -> Mapping[str, Any] | str: ...  # noqa: D102 - the columns of a Delivery
    @property
    def paper_bytes(self) -> bytes | None: ...  # noqa: D102 - its PDF, from the table of papers


class Renderer:
    """Makes the messages of one mailing from its skeletons: texts are parsed once a language, for all workers.

    A skeleton is stored before the first message made from it leaves. It then stands for good, whatever is edited.
    """

    def __init__(self, mailing: Mailing, *, paper_of: Callable[[Any], bytes | None] | None = None) -> None:
        """Reads nothing yet. `paper_of` gives the PDF of a recipient for whom none is stored, for a look at a letter
        that has not left; the engine takes the stored ones only."""
        self.mailing = mailing
        self._paper_of = paper_of or (lambda recipient: recipient.paper_bytes)
        # By language and shape: which alternative passages stand in the text.
        self._skeletons: dict[tuple[str, str], Skeleton] = {}

    @cached_property
    def contents(self) -> dict[str, MailingContent]:
        """The texts by language."""
        found = {content.language: content for content in self.mailing.contents.all()}
        for content in found.values():
            content.mailing = self.mailing  # not read again for every recipient
        return found

    @cached_property
    def date(self) -> datetime:
        """The same for every try of every letter: when the mailing started."""
        return self.mailing.started_at or timezone.now()

    def message(self, recipient: Recipient) -> bytes:
        """The message of one recipient: the same bytes at every try. Raises RenderError, and of those NotOurs."""
        try:
            context = recipient.context
            values = json.loads(context) if isinstance(context, str) else context
            kind = recipient.language, shape_of(values)
            found = self._skeletons.get(kind) or self._find_or_make(*kind, values)
            mailbox = str(values.get("name", "")), recipient.email or ""
            message = found.fill(mailbox, values, headers.own(recipient.public_id, found.own))
            return self._enclosed(message, recipient)
        except OtherVersion as error:
            raise NotOurs(str(error)) from error
        except ValueError as error:
            raise RenderError(str(error)) from error

    def other_version(self) -> int | None:
        """The version of the code that began this mailing and has to finish it; None when that is this one."""
        others = self.mailing.skeletons.exclude(program__version__in=[skeleton.VERSION, *skeleton.ALSO_READ])
        return others.values_list("program__version", flat=True).first()

    def message_without_skeleton(self, recipient: Delivery) -> bytes:
        """The same bytes, made the slow way from the texts as they stand now. Raises RenderError."""
        try:
            content, sender = self._content(recipient.language), self.mailing.sender
            context = recipient.context | headers.links(self.mailing, recipient.public_id)
            rendered = merge.render(content, context, recipient.language)
            personal = headers.personal(self.mailing, recipient.public_id)
            if self.mailing.follows_id:
                personal |= threads.fields(recipient.context)
            message = build_message(
                sender=(sender.name, sender.from_email),
                to=(str(recipient.context.get("name", "")), recipient.email or ""),
                reply_to=sender.reply_to,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                message_id=message_id(recipient, sender.domain),
                headers=headers.fixed(self.mailing, recipient.language) | personal,
                date=self.date,
                boundary_of=self._seed(recipient.language, shape_of(recipient.context)),
            )
            return self._enclosed(message, recipient)
        except ValueError as error:
            raise RenderError(str(error)) from error

    @cached_property
    def _enclosures(self) -> Enclosures:
        return Enclosures(self.mailing)

    def _enclosed(self, message: bytes, recipient: Recipient) -> bytes:
        """The finished message with its files around it: none of them has to do with how its text was made."""
        try:
            return self._enclosures.around(message, recipient.language, lambda: self._paper_of(recipient))
        except Missing as error:
            raise NotEnclosed(str(error)) from error

    def _find_or_make(self, language: str, shape: str, context: Mapping[str, Any]) -> Skeleton:
        """The stored skeleton; the first worker that needs it makes it, and all use the one that was stored."""
        stored = self.mailing.skeletons.filter(language=language, shape=shape).first()
        if stored is None:
            program = self._program(language, shape, context)
            row = StoredSkeleton(mailing=self.mailing, language=language, shape=shape, program=program)
            StoredSkeleton.objects.bulk_create([row], ignore_conflicts=True)
            stored = self.mailing.skeletons.get(language=language, shape=shape)
        found = self._skeletons[language, shape] = Skeleton(stored.program)
        return found

    def _program(self, language: str, shape: str, context: Mapping[str, Any]) -> dict[str, Any]:
        sender = self.mailing.sender
        nobody = UUID(int=0)
        differing = dict.fromkeys(headers.personal(self.mailing, nobody))
        if self.mailing.follows_id:
            differing[threads.FIELD] = None
        values = headers.own(nobody, headers.own_count(self.mailing))
        return make_program(
            mould(self._content(language), language, context),
            sender=(sender.name, sender.from_email),
            reply_to=sender.reply_to,
            headers=headers.fixed(self.mailing, language) | differing,
            own=Own([len(value) for value in values], partial(headers.worded, self.mailing)),
            seed=self._seed(language, shape),
            date=self.date,
        )

    def _content(self, language: str) -> MailingContent:
        content = self.contents.get(language)
        if content is None:
            raise RenderError(f"There is no version in the language {language}.")
        return content

    def _seed(self, language: str, shape: str) -> str:
        return f"{self.mailing.reference}/{language}" + (f"/{shape}" if shape else "")


def message_id(delivery: Delivery, domain: str) -> str:
    """Stable for ever (DESIGN 5.5): every try, and a person's "send again", carry the same one."""
    return f"<{delivery.public_id}@{domain}>"


def message_bytes(delivery: Delivery) -> bytes:
    """One delivery's message, for a look at what is or was sent; before the first one left, as it would be now.

    Raises RenderError.
    """
    renderer = Renderer(delivery.mailing)
    if delivery.mailing.skeletons.filter(language=delivery.language, shape=shape_of(delivery.context)).exists():
        return renderer.message(delivery)
    return renderer.message_without_skeleton(delivery)


def digest(message: bytes) -> str:
    """BLAKE2b-256 of a message, hex (RFC 7693): what the ledger keeps of it. `b2sum -l 256` gives the same."""
    return hashlib.blake2b(message, digest_size=32).hexdigest()
