"""Which way mail leaves: our own SMTP client, or a provider's HTTP interface through anymail (only this file knows it).

Both look the same to the caller. Over HTTP the request is one step, so the intent must be on record before it: a
request that was sent and got no answer is as unknown as a final dot without a reply. Where the provider takes an
idempotency key, every try of a message carries the same one (docs/providers.md).
"""

import contextlib
import email
import email.policy
import ssl
from collections.abc import Callable, Iterable
from email.message import EmailMessage
from typing import Any, Protocol, Self
from uuid import NAMESPACE_URL, uuid5

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailInvalidAddress, AnymailRecipientsRefused
from anymail.message import AnymailMessage
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from transport.delivery import Outcome, Outgoing, Progress, Receipt, refuse_unsafe_bytes
from transport.errors import OutcomeUnknown, PermanentError, Phase, TransientError, TransportError
from transport.smtp import SMTPTransport

# Fields that anymail takes as arguments or that the provider writes itself.
OWN_FIELDS = {"from", "to", "reply-to", "subject", "date", "mime-version", "content-type", "content-transfer-encoding"}

# Providers that take a key, by anymail's name: the second request with a key sends nothing a second time. Resend keeps
# keys for 24 hours, Brevo for 15 to 30 minutes.
KEY_IN_HTTP_HEADER, KEY_IN_MESSAGE_HEADER = {"Resend"}, {"Brevo"}
# Those that also give the first request's answer again, so that one may ask a second time what became of it.
ANSWERS_AGAIN = {"Resend"}


class Transport(Protocol):
    """What the dispatch engine and the outbox need to hand a message over. A context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *details: Any) -> None: ...

    def deliver(
        self,
        *,
        envelope_from: str,
        recipient: str,
        message: bytes,
        may_continue: Callable[[], None] = ...,
        reference: str = "",
    ) -> Receipt:
        """Hand over one message for one recipient.

        `may_continue` is called before anything irreversible and stops it by raising. `reference` is our name for
        the delivery, which a provider gives back in its events; SMTP does not use it. Raises a TransportError.
        """
        ...

    def deliver_all(self, batch: Iterable[Outgoing], progress: Progress) -> None:
        """Hand over messages in their order and tell `progress` of each.

        Ends early after an error that pauses the mailing. What `progress` raises is passed on.
        """
        ...


def open_transport() -> Transport:
    """The transport that the settings MAIL_PROVIDER and SMTP_URL name. Use it in a `with` block."""
    if settings.MAIL_PROVIDER == "smtp":
        return SMTPTransport(settings.SMTP_URL, data_timeout=float(settings.SMTP_DATA_TIMEOUT))
    return ProviderTransport(settings.MAIL_PROVIDER)


class ProviderTransport:
    """Hands messages to an anymail backend, one recipient a message, over one kept session."""

    def __init__(self, path: str) -> None:
        """`path` is an anymail backend such as anymail.backends.mailgun.EmailBackend; nothing is opened yet."""
        self._path = path
        self._backend: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: Any) -> None:
        if self._backend is not None:
            self._backend.close()

    def deliver(
        self,
        *,
        envelope_from: str,
        recipient: str,
        message: bytes,
        may_continue: Callable[[], None] = lambda: None,
        reference: str = "",
    ) -> Receipt:
        """Post the message and read the status the provider gives this one recipient.

        The provider sets its own envelope sender, so `envelope_from` is not used. Raises a TransportError.
        """
        refuse_unsafe_bytes(message)
        mail = as_django_message(message, recipient)
        if reference:
            mail.metadata = {"delivery": reference}
        # Before DATA and before the dot are the same moment here.
        may_continue()
        backend = self._open()
        has_key = give_key(backend, mail, message)
        try:
            return _post(backend, mail, recipient, has_key=has_key)
        except OutcomeUnknown:
            if backend.esp_name not in ANSWERS_AGAIN:
                raise
            # With the same key this is a question and not a second message. Only a clear yes settles it.
            with contextlib.suppress(TransportError):
                return _post(backend, mail, recipient, has_key=has_key)
            raise

    def deliver_all(self, batch: Iterable[Outgoing], progress: Progress) -> None:
        """Post one message after the other: a provider is asked for each recipient by itself."""
        for number, one in enumerate(batch):
            outcome: Outcome
            try:
                outcome = self.deliver(
                    envelope_from=one.envelope_from,
                    recipient=one.recipient,
                    message=one.message,
                    may_continue=_asking(progress, number),
                    reference=one.reference,
                )
            except TransportError as error:
                outcome = error
            progress.finished(number, outcome)
            if isinstance(outcome, TransportError) and outcome.pauses_mailing:
                return

    def _open(self) -> Any:
        if self._backend is None:
            try:
                self._backend = import_string(self._path)()
            except (ImportError, ImproperlyConfigured):
                detail = "The mail provider is not set up. See MAIL_PROVIDER in docs/settings.md."
                raise TransientError(detail, phase=Phase.CONNECT, pauses_mailing=True) from None
            self._backend.open()
        return self._backend


def _asking(progress: Progress, number: int) -> Callable[[], None]:
    """Before the one request: ask, then note that it leaves."""

    def ask_and_note() -> None:
        progress.may_continue()
        progress.started(number)

    return ask_and_note


def as_django_message(message: bytes, recipient: str) -> AnymailMessage:
    """Take our bytes apart again: providers want parts, and put their own message together."""
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    if not isinstance(parsed, EmailMessage):
        raise PermanentError("The message could not be read back, so it was not sent.", code="render")
    plain, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    mail = AnymailMessage(
        subject=str(parsed["Subject"]),
        body=plain.get_content() if plain else "",
        from_email=str(parsed["From"]),
        to=[recipient],
        reply_to=[str(parsed["Reply-To"])] if parsed["Reply-To"] else None,
        headers={name: str(value) for name, value in parsed.items() if name.lower() not in OWN_FIELDS},
    )
    if html:
        mail.attach_alternative(html.get_content(), "text/html")
    return mail


def give_key(backend: Any, mail: AnymailMessage, message: bytes) -> bool:
    """Put the idempotency key of a message where its provider looks for it; False where there is no such place.

    It is made of the Message-ID, which is the same at every try and is nobody else's.
    """
    key = str(uuid5(NAMESPACE_URL, f"mid:{email.message_from_bytes(message)['Message-ID']}"))
    if backend.esp_name in KEY_IN_HTTP_HEADER:
        backend.session.headers["Idempotency-Key"] = key
    elif backend.esp_name in KEY_IN_MESSAGE_HEADER:
        mail.extra_headers["idempotencyKey"] = key
    else:
        return False
    return True


def _post(backend: Any, mail: AnymailMessage, recipient: str, *, has_key: bool) -> Receipt:
    """One request and its answer. Raises a TransportError."""
    try:
        backend.send_messages([mail])
    except AnymailRecipientsRefused:
        pass  # the status below says which refusal
    except (AnymailError, requests.RequestException) as error:
        raise sort_error(error, has_key=has_key) from None
    return _receipt(mail, recipient)


def _receipt(mail: AnymailMessage, recipient: str) -> Receipt:
    statuses = mail.anymail_status.recipients
    # Some providers give the address back in other letters; there is only the one.
    found = statuses.get(recipient) or (next(iter(statuses.values())) if len(statuses) == 1 else None)
    status, name = (found.status, found.message_id) if found else (None, None)
    if status in ("sent", "queued"):
        return Receipt(status, str(name or "")[:200])
    if status in ("invalid", "rejected", "failed"):
        raise PermanentError(f"The mail provider answered “{status}”.", code=status, phase=Phase.RCPT)
    raise OutcomeUnknown("The mail provider did not say what became of the message.", phase=Phase.DOT)


def sort_error(error: Exception, *, has_key: bool = False) -> TransportError:
    """An exception of anymail or requests as one of ours. When in doubt the outcome is unknown.

    `has_key` says whether the request carried an idempotency key: then 409 means that an earlier one is at work.

    The words of the provider are left out: they hold the address, and often the request with it.
    """
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    if isinstance(error, AnymailInvalidAddress):
        return PermanentError("The mail provider cannot write to this address.", code="address")
    if isinstance(error, AnymailAPIError | requests.RequestException):
        if status == 409 and has_key:
            return OutcomeUnknown("The mail provider still works on an earlier try.", code="409", phase=Phase.DOT)
        return _sort_status(int(status)) if status else _sort_connection(error)
    detail = "The mail provider cannot take this kind of message. See MAIL_PROVIDER in docs/settings.md."
    return TransientError(detail, phase=Phase.CHECK, pauses_mailing=True)


def _sort_status(status: int) -> TransportError:
    """By HTTP status. 500, 502 and 504 may come after the provider took the message; 503 says that it did not."""
    code, detail = str(status), f"The mail provider answered with HTTP {status}."
    if status in (401, 402, 403, 404, 405):
        return TransientError(detail, code=code, phase=Phase.AUTH, pauses_mailing=True)
    if status in (408, 425, 429, 503):
        return TransientError(detail, code=code, phase=Phase.MAIL)
    if 400 <= status <= 499:
        return PermanentError(detail, code=code, phase=Phase.RCPT)
    return OutcomeUnknown(detail, code=code, phase=Phase.DOT)


def _sort_connection(error: BaseException) -> TransportError:
    """Without an answer: not sent only where the connection was never made, else unknown."""
    if isinstance(error, requests.ConnectTimeout) or _was_never_connected(error):
        detail = "The mail provider cannot be reached."
        return TransientError(detail, phase=Phase.CONNECT, pauses_mailing=True)
    return OutcomeUnknown("The connection was lost before the mail provider answered.", phase=Phase.DOT)


def _was_never_connected(error: BaseException | None) -> bool:
    """Look through the layers of anymail, requests and urllib3 for what really happened."""
    for _layer in range(6):
        if error is None:
            return False
        if isinstance(error, NewConnectionError | ConnectTimeoutError | ssl.SSLCertVerificationError):
            return True
        inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
        error = error.__cause__ or (inner if isinstance(inner, BaseException) else None)
    return False
