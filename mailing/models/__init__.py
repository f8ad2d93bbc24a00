"""Mailings, their audience and content, and the ledger of deliveries."""

from mailing.models.audience import AudienceRule
from mailing.models.content import MailingContent, Skeleton
from mailing.models.deliveries import Delivery, DeliveryChunk, DeliveryEvent
from mailing.models.incoming import IncomingMail, Mailbox, ProviderEvent, Reply
from mailing.models.mailings import Mailing, MailingTransition
from mailing.models.senders import Sender
from mailing.models.throttles import Throttle

__all__ = [
    "AudienceRule",
    "Delivery",
    "DeliveryChunk",
    "DeliveryEvent",
    "IncomingMail",
    "Mailbox",
    "Mailing",
    "MailingContent",
    "MailingTransition",
    "ProviderEvent",
    "Reply",
    "Sender",
    "Skeleton",
    "Throttle",
]
