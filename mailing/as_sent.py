"""One recipient's message as it left, made again from what was frozen and compared with the digest in the ledger."""

from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from django.utils.translation import gettext as _

from mailing.dispatch.rendering import NotOurs, RenderError, digest, message_bytes
from mailing.models import Delivery


@dataclass(frozen=True)
class Message:
    """The bytes and what a reader sees of them. `problem` says why there are none; then all else is empty."""

    raw: bytes = b""
    subject: str = ""
    html: str = ""
    text: str = ""
    files: list[str] = field(default_factory=list)
    # Of these bytes, and what the ledger keeps of the copy that was handed over ("": none was).
    digest: str = ""
    in_ledger: str = ""
    problem: str = ""

    @property
    def is_same(self) -> bool:
        """Whether these are the very bytes that were handed over."""
        return bool(self.in_ledger) and self.digest == self.in_ledger

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.raw)


def message_of(delivery: Delivery) -> Message:
    """Make a message again; before the first try it is as it would leave. Never raises: `problem` says what is wrong.

    Nothing is made from an erased address: what was sent to it is gone, and the ledger keeps its digest.
    """
    if not delivery.email:
        why = _("The person was erased: the message cannot be made again. Its digest is all that is kept.")
        return Message(in_ledger=delivery.content_digest, problem=why)
    try:
        raw = message_bytes(delivery)
    except NotOurs:
        why = _("It was put together by an older version of this software, which alone can show it.")
        return Message(in_ledger=delivery.content_digest, problem=why)
    except RenderError as error:
        return Message(in_ledger=delivery.content_digest, problem=str(error))
    parsed = BytesParser(policy=policy.default).parsebytes(raw)
    return Message(
        raw=raw,
        subject=str(parsed["Subject"] or ""),
        html=_body(parsed, "html"),
        text=_body(parsed, "plain"),
        files=[part.get_filename() or _("without a name") for part in parsed.iter_attachments()],
        digest=digest(raw),
        in_ledger=delivery.content_digest,
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
