"""Mailings, their audience and content, and the ledger of deliveries."""

from mailing.models.archive import Correction, CountedLink, LinkDay, WebVersion, Withdrawal
from mailing.models.audience import AudienceRule, CourtesyCap
from mailing.models.blocks import Block, BlockText
from mailing.models.content import MailingContent, Skeleton
from mailing.models.deliveries import Delivery, DeliveryChunk, DeliveryEvent
from mailing.models.holidays import Holiday
from mailing.models.incoming import IncomingMail, Mailbox, ProviderEvent
from mailing.models.mailings import Mailing, MailingTransition
from mailing.models.papers import Attachment, Letterhead, LetterPaper
from mailing.models.passages import MailingAsk, Passage, PassageText
from mailing.models.replies import Answer, Reply
from mailing.models.reviews import Review
from mailing.models.senders import Sender
from mailing.models.throttles import Throttle
from mailing.models.weeks import ParliamentWeek

__all__ = [
    "Answer",
    "Attachment",
    "AudienceRule",
    "Block",
    "BlockText",
    "Correction",
    "CountedLink",
    "CourtesyCap",
    "Delivery",
    "DeliveryChunk",
    "DeliveryEvent",
    "Holiday",
    "IncomingMail",
    "LetterPaper",
    "Letterhead",
    "LinkDay",
    "Mailbox",
    "Mailing",
    "MailingAsk",
    "MailingContent",
    "MailingTransition",
    "ParliamentWeek",
    "Passage",
    "PassageText",
    "ProviderEvent",
    "Reply",
    "Review",
    "Sender",
    "Skeleton",
    "Throttle",
    "WebVersion",
    "Withdrawal",
]
