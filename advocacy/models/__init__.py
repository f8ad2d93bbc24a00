"""Statements, asks and action plans."""

from advocacy.models.asks import Ask, AskText, StatementAsk
from advocacy.models.assessments import AnswerLink, Assessment, Proposal, Rating
from advocacy.models.attachments import StatementAttachment
from advocacy.models.campaigns import CalendarDay, Campaign, CampaignText
from advocacy.models.events import Attendance, Event, EventLink
from advocacy.models.evidence import Evidence, EvidenceVersion
from advocacy.models.joining import JoinedCall
from advocacy.models.plans import ActionPlan, PlanText, PlanVersion, Point
from advocacy.models.positions import Position
from advocacy.models.review import ReviewComment, SafetyConfirmation
from advocacy.models.signing import Signatory, Signature, SignatureReply, SignOn
from advocacy.models.statements import Statement, StatementText, StatementVersion, digest_of
from advocacy.models.texts import RestorePoint

__all__ = [
    "ActionPlan",
    "AnswerLink",
    "Ask",
    "AskText",
    "Assessment",
    "Attendance",
    "CalendarDay",
    "Campaign",
    "CampaignText",
    "Event",
    "EventLink",
    "Evidence",
    "EvidenceVersion",
    "JoinedCall",
    "PlanText",
    "PlanVersion",
    "Point",
    "Position",
    "Proposal",
    "Rating",
    "RestorePoint",
    "ReviewComment",
    "SafetyConfirmation",
    "SignOn",
    "Signatory",
    "Signature",
    "SignatureReply",
    "Statement",
    "StatementAsk",
    "StatementAttachment",
    "StatementText",
    "StatementVersion",
    "digest_of",
]
