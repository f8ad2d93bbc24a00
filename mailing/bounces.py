"""What a returned message or a complaint says: RFC 3464 and RFC 5965, and what older servers write instead.

Says what stands there and believes nothing of it; mailing.inbound decides what may be acted on.
"""

import re
from dataclasses import dataclass
from email.message import Message
from uuid import UUID

from contacts.addresses import email_key
from mailing import reading
from mailing.outcomes import BOUNCED, COMPLAINED, DELAYED, DELIVERED, PASSED_ON

ACTIONS = {"failed": BOUNCED, "delayed": DELAYED, "delivered": DELIVERED, "relayed": PASSED_ON, "expanded": PASSED_ON}
STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
RETURNED_PARTS = {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}
MESSAGE_ID = re.compile(
    r"<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@[^\s<>@]{1,255}>", re.IGNORECASE
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_MESSAGE_ID_FIELD = re.compile(r"^message-id:\s*(<[^<>\s]{1,300}>)", re.IGNORECASE | re.MULTILINE)
_RETURN_PATH_FIELD = re.compile(r"^return-path:\s*(<[^<>\s]{1,330}>)", re.IGNORECASE | re.MULTILINE)
# Who returns mail without a report: sendmail and Exim and qmail write from here.
_DAEMON = re.compile(r"^(?:mailer-daemon|postmaster|mail-?delivery(?:-subsystem)?|no-?reply-?dsn)@", re.IGNORECASE)
_QMAIL = re.compile(r"^hi\. this is the .{1,60} program at ", re.IGNORECASE)
_FAILED_WORDS = re.compile(
    r"undeliver|delivery (?:status notification|failed|failure|has failed)|returned mail|returning message"
    r"|could not be delivered|failure notice|nondeliverable|unzustellbar|non remis|no se (?:ha )?pod?ido entregar",
    re.IGNORECASE,
)
_DELAYED_WORDS = re.compile(
    r"delayed|will (?:keep trying|continue to try|be retried)|not (?:yet )?been delivered yet|still being retried",
    re.IGNORECASE,
)
# Where the copy of our own letter begins, whose words must not be taken for the server's.
_COPY = re.compile(
    r"^(?:-{2,}.*(?:copy of|original|unsent|returned|below this line).*|return-path:.*|received:.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_MOST_LOOKED_AT = 8_000


@dataclass(frozen=True)
class Report:
    """What a report says. `recipient` is the address it is about ("" when none is named); `returned_id` the public id
    in the returned message's Message-ID; `return_paths` the envelope senders it names."""

    kind: str
    code: str = ""
    words: str = ""
    recipient: str = ""
    returned_id: UUID | None = None
    return_paths: tuple[str, ...] = ()


def report_of(message: Message) -> Report | None:
    """Read a delivery report or a complaint, with or without its standard form; None when it is neither."""
    found = list(reading.parts(message))
    for part in found:
        if part.get_content_type() in STATUS_PARTS:
            return _delivery_report(part, found)
    for part in found:
        if part.get_content_type() == "message/feedback-report":
            return _complaint(part, found)
    return _plain_bounce(message, found)


def is_from_daemon(message: Message) -> bool:
    """Whether a mail server wrote it, by its sender or by an empty return path."""
    senders = [address for _name, address in reading.addresses(message, "From")]
    return any(_DAEMON.match(address) for address in senders) or has_null_return_path(message)


def has_null_return_path(message: Message) -> bool:
    """Whether the envelope sender was empty, as RFC 3834 and RFC 3464 ask of machines."""
    return any(value.replace(" ", "") == "<>" for value in reading.fields(message, "Return-Path"))


def status_code(words: str) -> str:
    """The first enhanced status code in a server's words, or ""."""
    found = _STATUS.search(words[:_MOST_LOOKED_AT])
    return found[1] if found else ""


def public_id_in(text: str) -> UUID | None:
    """The public id of the first Message-ID of our form."""
    found = MESSAGE_ID.search(text[: reading.MOST_FIELD])
    return UUID(found[1]) if found else None


def _delivery_report(part: Message, found: list[Message]) -> Report:
    payload = part.get_payload()
    blocks = payload[: reading.MOST_PARTS] if isinstance(payload, list) else []
    rows = [_row(block) for block in blocks if isinstance(block, Message) and block.get("Action")]
    if not rows:
        # A report that names no recipient says nothing; what a person can read in it may.
        return Report("", returned_id=_returned_id(found), return_paths=_return_paths(found))
    order = [BOUNCED, DELAYED, DELIVERED, PASSED_ON, ""]
    kind, code, words, recipient = min(rows, key=lambda row: order.index(row[0]))
    return Report(kind, code, words, recipient, _returned_id(found), _return_paths(found))


def _row(block: Message) -> tuple[str, str, str, str]:
    """Kind, code, words and address of one recipient."""
    kind = ACTIONS.get(_word(reading.field(block, "Action")), "")
    diagnostic = reading.field(block, "Diagnostic-Code")
    words = diagnostic.partition(";")[2].strip() or diagnostic
    code = status_code(reading.field(block, "Status"))
    if code.endswith(".0.0") or not code:
        # "5.0.0" says no more than "failed"; the server's own words often hold the real code.
        code = status_code(words) or code
    recipient = reading.field(block, "Final-Recipient") or reading.field(block, "Original-Recipient")
    return kind, code, words, recipient.rpartition(";")[2].strip(" <>")


def _word(value: str) -> str:
    return value.partition(" ")[0].partition("(")[0].strip().lower()


def _complaint(part: Message, found: list[Message]) -> Report:
    """RFC 5965: its fields stand in the part's text, or, as the parser reads message/*, in a message of its own."""
    payload = part.get_payload()
    block = payload[0] if isinstance(payload, list) and payload and isinstance(payload[0], Message) else part
    said = reading.field(block, "Feedback-Type") or "abuse"
    recipient = reading.field(block, "Original-Rcpt-To").strip(" <>")
    kind = COMPLAINED if _word(said) in {"abuse", "fraud", "complaint"} else ""
    paths = (*reading.fields(block, "Original-Mail-From"), *_return_paths(found))
    return Report(kind, "", _word(said), recipient, _returned_id(found), paths)


def _plain_bounce(message: Message, found: list[Message]) -> Report | None:
    """A bounce in prose, as qmail and older Exim write it: only from a mail server, and only its part of the text."""
    if not is_from_daemon(message):
        return None
    text = reading.text_of(message)[:_MOST_LOOKED_AT]
    copy = _COPY.search(text)
    words = text[: copy.start()] if copy else text
    subject = reading.field(message, "Subject")
    failed = reading.fields(message, "X-Failed-Recipients")
    has_failed = bool(failed) or bool(_QMAIL.match(words)) or bool(_FAILED_WORDS.search(f"{subject}\n{words}"))
    is_warning = bool(_DELAYED_WORDS.search(subject)) or subject.lower().startswith("warning")
    if is_warning or (not has_failed and _DELAYED_WORDS.search(words)):
        kind = DELAYED
    elif has_failed:
        kind = BOUNCED
    else:
        return None
    recipient = failed[0].partition(",")[0].strip() if failed else _qmail_recipient(words)
    return Report(kind, status_code(words), _reason(words), recipient, _returned_id(found, text))


def _qmail_recipient(words: str) -> str:
    found = re.search(r"^<([^<>\s@]{1,64}@[^<>\s]{1,255})>:\s*$", words, re.MULTILINE)
    return found[1] if found else ""


def _reason(words: str) -> str:
    """The line that gives the reason: the first with a reply code, else nothing (prose is not repeated)."""
    for line in words.splitlines():
        if re.search(r"(?<!\d)[45]\d\d[ -]|[45]\.\d{1,3}\.\d{1,3}", line):
            return line.strip()
    return ""


def _returned_id(found: list[Message], text: str = "") -> UUID | None:
    """The public id of the letter that came back."""
    for part in found[1:]:
        if part.get_content_type() in RETURNED_PARTS:
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            known = reading.field(inner, "Message-ID") if isinstance(inner, Message) else ""
            text += "\n" + (f"Message-ID: {known}" if known else reading.body(part)[: reading.MOST_FIELD])
    field = _MESSAGE_ID_FIELD.search(text)
    return public_id_in(field[1]) if field else None


def _return_paths(found: list[Message]) -> tuple[str, ...]:
    """The envelope senders that the returned message names."""
    paths: list[str] = []
    for part in found[1:]:
        if part.get_content_type() not in RETURNED_PARTS:
            continue
        payload = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        if isinstance(inner, Message):
            paths += reading.fields(inner, "Return-Path")
        paths += _RETURN_PATH_FIELD.findall(reading.body(part)[: reading.MOST_FIELD])
    return tuple(paths)


def is_about(report: Report, key: str | None) -> bool:
    """Whether the report is about the address with this key; one that names none is about the one we wrote to.

    A mailbox that forwards gives its return path on: then the address that failed is another, and ours exists.
    """
    return not report.recipient or email_key(report.recipient) == key
