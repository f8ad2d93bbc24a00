"""What this room holds about a person: emptied when they are erased, added to "everything we hold" when they ask."""

from collections.abc import Iterable, Set
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts import registry
from contacts.erasure import Traces, contact_erased
from contacts.models import Contact
from contacts.personal_data import row_of, shells_of
from contacts.retention import Rule
from mailing import papers
from mailing.handling import RAW_DAYS
from mailing.models import Answer, Delivery, DeliveryEvent, IncomingMail, Reply

EMPTY: dict[str, Any] = {"email": None, "email_key": None, "email_digest": "", "context": {}, "error_detail": ""}


def forget(sender: type[Contact], *, contact: Contact, traces: Traces, **kwargs: Any) -> None:
    """Empty the deliveries, answers and returned mail of somebody who is being erased, in the caller's transaction.

    Deliveries keep their status, so that every count stays true; what is still queued the engine skips as erased.
    Stored skeletons hold nobody's values and stay as they are.
    """
    deliveries = Delivery.objects.filter(contact=contact)
    answers = replies_of(contact, traces.addresses)
    Answer.objects.filter(contact=contact).erase()
    answers.erase()
    IncomingMail.objects.filter(delivery__in=deliveries.values("pk")).empty()
    _empty_mail_that_holds(traces.addresses)
    DeliveryEvent.objects.filter(delivery__in=deliveries.values("pk")).exclude(detail="").update(detail="")
    deliveries.update(**EMPTY)
    papers.forget(deliveries)


def replies_of(contact: Contact, addresses: Set[str]) -> Any:
    """Answers of a person: to their letters, found as theirs, or from one of these addresses."""
    found = Q(contact=contact) | Q(delivery__contact=contact)
    for address in addresses:
        found |= Q(from_email__iexact=address)
    # By their keys: an UPDATE cannot join other tables.
    return Reply.objects.filter(pk__in=list(Reply.objects.filter(found).values_list("pk", flat=True)))


def _empty_mail_that_holds(addresses: Set[str]) -> None:
    """Mail nobody could match to a letter: whatever names one of these addresses loses its text."""
    wanted = [address.encode() for address in addresses]
    if not wanted:
        return
    kept = IncomingMail.objects.filter(emptied_at__isnull=True).order_by("pk").values_list("pk", "raw")
    holding = [
        pk for pk, raw in kept.iterator(chunk_size=100) if any(address in bytes(raw).lower() for address in wanted)
    ]
    IncomingMail.objects.filter(pk__in=holding).empty()


def mail_of(contact: Contact) -> Iterable[dict[str, Any]]:
    """The messages in which the person's answers came in: no foreign key leads from them to the person."""
    rows = [contact, *shells_of(contact)]
    answers = Reply.objects.filter(Q(contact__in=rows) | Q(delivery__contact__in=rows))
    mails = IncomingMail.objects.filter(reply__in=answers).exclude(delivery__contact__in=rows).order_by("pk")
    yield {"what": "messages that came in", "model": "mailing.IncomingMail", "rows": [row_of(mail) for mail in mails]}


def _empty(mails: Any) -> int:
    return int(mails.empty())


def _erase(replies: Any) -> int:
    return int(replies.erase())


def _returned_mail() -> Rule:
    """Returned mail, complaints and automatic replies as they came in."""
    return Rule(
        "incoming-mail",
        _("Returned mail, complaints and automatic replies, as they came"),
        RAW_DAYS,
        lambda before: IncomingMail.objects.filter(handled_at__lt=before, emptied_at__isnull=True).exclude(
            kind=IncomingMail.Kind.REPLY
        ),
        _empty,
    )


def _stray_replies() -> Rule:
    """Answers that belong to no letter and nobody we know."""
    return Rule(
        "stray-replies",
        _("Answers that belong to no letter and to nobody we know"),
        settings.KEEP_STRAY_REPLIES_DAYS,
        lambda before: Reply.objects.filter(
            received_at__lt=before, delivery__isnull=True, contact__isnull=True
        ).exclude(from_email="", text=""),
        _erase,
    )


def register() -> None:
    """Tell the room of contacts what stays and why; called once, when Django is ready."""
    contact_erased.connect(forget, dispatch_uid="mailing.forgetting")
    registry.personal_data.append(mail_of)
    registry.retention += [_returned_mail, _stray_replies]
    registry.kept_on_erasure |= {
        "mailing.Delivery": "emptied, so that the numbers of a letter stay true",
        "mailing.Reply": "emptied, so that the number of answers stays true",
        "mailing.Answer": "emptied with the answer it belongs to, so that nothing is sent twice",
        "mailing.AudienceRule": "points to the empty row, so that an approved audience stays what was approved",
    }
