"""What can go wrong when mail leaves, sorted by what may be done about it.

Three kinds, because only three answers exist: try again (nothing was handed over), do not try again (refused), and
do not know (the message left us, the reply did not come back). docs/smtp-errors.md holds the table; a test compares it.
"""

import re
from enum import StrEnum


class Phase(StrEnum):
    """How far a message had got. Words are shown to staff in the docs, so they stay short."""

    CHECK = "check"  # our own look at the bytes, before any connection
    CONNECT = "connect"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"  # the command, answered by 354
    BODY = "body"  # after 354, the final dot not yet written
    DOT = "dot"  # the final dot was written


class TransportError(Exception):
    """Base of every failure of a transport; never raised itself.

    Attributes:
        kind: "transient", "permanent" or "outcome_unknown".
        code: the reply code as text ("550"), a word for our own refusals ("render", "address"), or "".
        enhanced: the enhanced status code of RFC 3463 ("5.1.1"), or "".
        detail: one line for people; addresses and secrets are taken out of the server's words.
        phase: how far the message had got.
        pauses_mailing: our own set-up is at fault; recipients stay queued and the attempt does not count.
        mailbox_gone: the mailbox does not exist; the address should be suppressed.
    """

    kind = ""

    def __init__(  # noqa: PLR0913 - one keyword for each thing the ledger keeps
        self,
        detail: str,
        *,
        code: str = "",
        enhanced: str = "",
        phase: Phase = Phase.CHECK,
        pauses_mailing: bool = False,
        mailbox_gone: bool = False,
    ) -> None:
        """Keep the words and the facts; `detail` must already be free of addresses (see `clean`)."""
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.enhanced = enhanced
        self.phase = phase
        self.pauses_mailing = pauses_mailing
        self.mailbox_gone = mailbox_gone


class TransientError(TransportError):
    """Nothing was accepted; the same message may be tried again later."""

    kind = "transient"


class PermanentError(TransportError):
    """Refused for good; trying again gives the same answer."""

    kind = "permanent"


class OutcomeUnknown(TransportError):
    """The final dot was written and no reply was read: the message may have arrived. It is never resent by itself."""

    kind = "outcome_unknown"


ADDRESS = re.compile(r"<?[^\s<>@,;:()\"]+@[^\s<>@,;()\"]+>?")
ENHANCED = re.compile(r"^\s*([245]\.\d{1,3}\.\d{1,3})\b")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")

# RFC 3463 3.2: the mailbox does not exist, has moved and left no address, or its domain takes no mail (RFC 7505).
GONE = {"5.1.1", "5.1.6", "5.1.10"}
# RFC 3463 3.2: the sender's own address is refused. Postfix says so at RCPT, yet no recipient is to blame.
SENDER_AT_FAULT = {"5.1.7", "5.1.8"}
# RFC 4954 6: authentication required, too weak, failed, or needs encryption; said in any phase.
AUTH_CODES = {"530", "534", "535", "538"}
SET_UP = {Phase.CONNECT, Phase.EHLO, Phase.STARTTLS, Phase.AUTH, Phase.MAIL}


def clean(words: str, *hide: str) -> str:
    """A server's words as one line of at most 200 characters, without addresses and without each text in `hide`."""
    line = CONTROL.sub(" ", words)
    if "@" in line:
        line = ADDRESS.sub("(address)", line)
    folded = line.casefold()
    for secret in hide:
        if len(secret) > 2 and secret.casefold() in folded:
            line = re.sub(re.escape(secret), "(hidden)", line, flags=re.IGNORECASE)
    return " ".join(line.split())[:200]


def refusal(phase: Phase, code: int, words: str, *hide: str) -> TransportError:
    """Sort a reply that says no (RFC 5321 4.2.1: 4xx transient, 5xx permanent) into an error to raise.

    A 5xx that blames our own set-up (connection, TLS, sign-in, sender) is transient for the recipient and pauses the
    mailing: the same refusal would meet everybody. A reply that is neither 4xx nor 5xx is treated as 451, except
    after the final dot, where nobody knows what it means.
    """
    match = ENHANCED.match(words)
    enhanced = match.group(1) if match else ""
    detail = "The mail server refused the sign-in." if phase == Phase.AUTH else clean(words, *hide)
    unread = "The mail server's answer could not be read."

    def say(kind: type[TransportError], **flags: bool) -> TransportError:
        said = str(code) if code > 0 else ""
        return kind(detail or unread, code=said, enhanced=enhanced, phase=phase, **flags)

    if 500 <= code <= 599:
        if phase in SET_UP or str(code) in AUTH_CODES or enhanced in SENDER_AT_FAULT:
            return say(TransientError, pauses_mailing=True)
        gone = phase == Phase.RCPT and (enhanced in GONE or (code == 550 and not enhanced))
        return say(PermanentError, mailbox_gone=gone)
    if phase == Phase.DOT and not 400 <= code <= 499:
        return say(OutcomeUnknown)
    return say(TransientError)


def lost(phase: Phase) -> TransportError:
    """The connection broke or timed out: as if the server had said 451 (RFC 5321 3.8), or unknown after the dot."""
    if phase == Phase.DOT:
        return OutcomeUnknown("The connection was lost before the mail server answered.", phase=phase)
    return TransientError("The connection to the mail server was lost.", phase=phase)
