"""Django's EMAIL_BACKEND: whatever Django or an app sends as mail goes through the outbox, as purpose "plain"."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage, EmailMultiAlternatives
from django.utils.translation import get_language

from transport.outbox import queue_mail


class OutboxBackend(BaseEmailBackend):
    """Queues one system mail for each recipient of each message.

    The sender is always DEFAULT_FROM_EMAIL, since no other is known to be allowed at the next hop. An attachment
    raises ValueError: the outbox carries none, and dropping it in silence would be worse.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue the messages in the caller's transaction and give how many there were."""
        for message in email_messages:
            context = _context(message)
            for recipient in message.recipients():
                queue_mail(
                    purpose="plain",
                    to=recipient,
                    language=get_language() or "",
                    context=context,
                    dedupe_key=f"plain:{uuid.uuid4()}",
                )
        return len(email_messages)


def _context(message: EmailMessage) -> dict[str, Any]:
    if message.attachments:
        raise ValueError("The outbox carries no attachments.")
    text, html = str(message.body), ""
    if message.content_subtype == "html":
        raise ValueError("The outbox needs a text part; give the HTML as an alternative.")
    for alternative in getattr(message, "alternatives", []) if isinstance(message, EmailMultiAlternatives) else []:
        content, kind = alternative
        if kind == "text/html":
            html = str(content)
    return {
        "subject": " ".join(str(message.subject).split()),
        "text": text,
        "html": html,
        "reply_to": message.reply_to[0] if message.reply_to else "",
        "headers": {name: str(value) for name, value in message.extra_headers.items()},
    }
