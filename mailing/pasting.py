"""An answer that reached a colleague some other way, pasted by hand: stored as incoming mail, then like any other."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from accounts.registry import announce
from contacts.addresses import email_key
from contacts.models import Contact
from mailing import replies
from mailing.models import Delivery, IncomingMail, Reply
from mailing.replies import ReplyError

SOURCE = "by hand"


@transaction.atomic
def paste(  # noqa: PLR0913 - an answer has these parts
    *,
    actor: User,
    email: str,
    name: str,
    subject: str,
    text: str,
    received_at: datetime,
    letter: Delivery | None = None,
) -> Reply:
    """Keep a pasted answer, with its letter where the colleague says which. Raises ReplyError for one we have."""
    digest = hashlib.sha256("\0".join([email_key(email), subject, text]).encode()).hexdigest()
    mail, is_new = IncomingMail.objects.get_or_create(
        dedupe_key=digest,
        defaults={
            "source": SOURCE,
            "raw": text.encode(),
            "kind": IncomingMail.Kind.REPLY,
            "handled_at": timezone.now(),
            "outcome": "pasted",
        },
    )
    if not is_new:
        raise ReplyError(_("This answer is here already, word by word. Look for it among the replies."))
    contact = Contact.objects.living().filter(email_key=email_key(email)).first() if email else None
    reply = Reply.objects.create(
        mail=mail,
        contact=contact,
        from_name=name,
        from_email=email,
        subject=subject,
        text=text,
        matched_by=Reply.MatchedBy.SENDER if contact else "",
        received_at=received_at,
    )
    record(actor, "added an answer by hand", about=reply)
    if letter is not None:
        reply = replies.put_with(reply, letter, actor=actor)
    announce("reply.received", {"reply": reply.pk, "mailing": reply.mailing.reference if reply.mailing else ""})
    return reply
