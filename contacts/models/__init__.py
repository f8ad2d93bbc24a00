"""People, organisations, the parliament, lists, segments and suppression."""

from contacts.models.interactions import Interaction
from contacts.models.lists import ConsentRecord, ConsentWording, ContactList, FormerSubscription, Subscription
from contacts.models.merges import Merge, NotSame
from contacts.models.notes import Note, PersonCorrection
from contacts.models.organisations import (
    Affiliation,
    Organisation,
    OrganisationMembership,
    Owned,
    OwnedQuerySet,
    StakeholderType,
)
from contacts.models.parliament import Body, Mandate, Membership
from contacts.models.people import Contact, LegalBasis, Post, Tag
from contacts.models.runs import ImportFile, ImportRun, RememberedMapping
from contacts.models.salutations import Salutation
from contacts.models.segments import Segment, SegmentPick
from contacts.models.signups import SignUp, Turn
from contacts.models.sources import RawAnswer, RememberedName
from contacts.models.suppressions import Suppression, SuppressionLift
from contacts.models.topics import ListText, Topic, TopicText

__all__ = [
    "Affiliation",
    "Body",
    "ConsentRecord",
    "ConsentWording",
    "Contact",
    "ContactList",
    "FormerSubscription",
    "ImportFile",
    "ImportRun",
    "Interaction",
    "LegalBasis",
    "ListText",
    "Mandate",
    "Membership",
    "Merge",
    "NotSame",
    "Note",
    "Organisation",
    "OrganisationMembership",
    "Owned",
    "OwnedQuerySet",
    "PersonCorrection",
    "Post",
    "RawAnswer",
    "RememberedMapping",
    "RememberedName",
    "Salutation",
    "Segment",
    "SegmentPick",
    "SignUp",
    "StakeholderType",
    "Subscription",
    "Suppression",
    "SuppressionLift",
    "Tag",
    "Topic",
    "TopicText",
    "Turn",
]
