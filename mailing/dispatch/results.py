"""What became of one delivery in one window, sorted so that the store can write it and people can read it."""

from typing import NamedTuple, Protocol

from django.conf import settings

from mailing.models import Delivery, Mailing
from transport.errors import TransportError

LONGEST_WAIT = 4 * 3600.0
# After these the recipient is told to nobody any more: RELIABILITY 2, as mail servers themselves do (RFC 5321 4.5.4.1).
GIVE_UP_AFTER = {Mailing.Kind.LETTER: 5 * 24 * 3600.0, Mailing.Kind.NEWSLETTER: 48 * 3600.0}


class Sendable(Protocol):
    """A row that has a result: a Delivery, or the columns of one."""

    @property
    def pk(self) -> int: ...  # noqa: D102
    @property
    def attempts(self) -> int: ...  # noqa: D102


class Result(NamedTuple):
    """One row's result. `wait` is seconds until the next try, for rows that stay queued; None for all others."""

    delivery_id: int
    status: str
    error_kind: str = ""
    error_code: str = ""
    error_detail: str = ""
    content_digest: str = ""
    # 0 when it was certainly our own set-up that failed: that try does not count.
    attempted: int = 1
    wait: float | None = None
    # What the DeliveryEvent says, for the results that a person has to settle.
    event: str = ""
    # The mailbox does not exist: its address is suppressed in the same transaction.
    mailbox_gone: bool = False

    @property
    def is_hard_failure(self) -> bool:
        """Whether it counts for the breaker: refused for good, or a message of ours that could not be made."""
        return self.error_kind in (Delivery.ErrorKind.PERMANENT, Delivery.ErrorKind.RENDER)


def accepted(delivery: Sendable, digest: str, code: str, words: str) -> Result:
    """The next hop took the message; `code` and `words` are its reply without addresses, kept as evidence."""
    return Result(
        delivery.pk, Delivery.Status.SENT, error_code=code[:20], error_detail=words[:300], content_digest=digest
    )


def not_made(delivery: Sendable, why: str) -> Result:
    """The message could not be put together; nothing was sent."""
    kind = Delivery.ErrorKind.RENDER
    return Result(delivery.pk, Delivery.Status.FAILED, error_kind=kind, error_detail=why[:300])


def handed_back(delivery: Sendable, *, wait: float = 0.0) -> Result:
    """Certainly not sent, and not by the recipient's fault: the row waits for the next worker, so many seconds."""
    return Result(delivery.pk, Delivery.Status.QUEUED, attempted=0, wait=wait)


def not_known(delivery: Sendable, digest: str, why: str, code: str = "") -> Result:
    """The text had left us when the answer was lost: never sent again by itself (DESIGN 5.4)."""
    return Result(
        delivery.pk,
        Delivery.Status.UNCERTAIN,
        error_kind=Delivery.ErrorKind.OUTCOME_UNKNOWN,
        error_code=code[:20],
        error_detail=why[:300],
        content_digest=digest,
        event=why[:300],
    )


def refused(delivery: Sendable, error: TransportError, *, digest: str, age: float, kind: str) -> Result:
    """Sort a transport's error. `age` is seconds since the mailing started, `kind` the mailing's."""
    if error.pauses_mailing:
        return handed_back(delivery)
    code = (error.enhanced or error.code)[:20]
    if error.kind == "outcome_unknown":
        return not_known(delivery, digest, error.detail, code)
    wait = backoff(delivery.attempts)
    if error.kind == "permanent":
        if error.code in ("render", "address"):
            return not_made(delivery, error.detail)
        status, error_kind, waits = Delivery.Status.FAILED, Delivery.ErrorKind.PERMANENT, None
    elif age + wait > GIVE_UP_AFTER[Mailing.Kind(kind)]:
        status, error_kind, waits = Delivery.Status.FAILED, Delivery.ErrorKind.TRANSIENT, None
    else:
        status, error_kind, waits = Delivery.Status.QUEUED, Delivery.ErrorKind.TRANSIENT, wait
    return Result(
        delivery.pk,
        status,
        error_kind=error_kind,
        error_code=code,
        error_detail=error.detail[:300],
        content_digest=digest,
        wait=waits,
        mailbox_gone=error.mailbox_gone,
    )


def backoff(attempts: int) -> float:
    """Seconds until the next try after `attempts` earlier ones: 15 minutes, doubled each time, at most 4 hours."""
    return float(min(settings.RETRY_FIRST_SECONDS * 2**attempts, LONGEST_WAIT))
