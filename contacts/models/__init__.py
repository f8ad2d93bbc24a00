"""People, organisations, the parliament, lists, segments and suppression."""

from contacts.models.lists import ConsentRecord, ContactList, Subscription
from contacts.models.organisations import Affiliation, Organisation, OrganisationMembership, Owned, OwnedQuerySet
from contacts.models.parliament import Body, Mandate, Membership
from contacts.models.people import Contact, Interaction, LegalBasis, Note, PersonCorrection, Post, Tag
from contacts.models.runs import ImportRun
from contacts.models.salutations import Salutation
from contacts.models.segments import Segment
from contacts.models.suppressions import Suppression

__all__ = [
    "Affiliation",
    "Body",
    "ConsentRecord",
    "Contact",
    "ContactList",
    "ImportRun",
    "Interaction",
    "LegalBasis",
    "Mandate",
    "Membership",
    "Note",
    "Organisation",
    "OrganisationMembership",
    "Owned",
    "OwnedQuerySet",
    "PersonCorrection",
    "Post",
    "Salutation",
    "Segment",
    "Subscription",
    "Suppression",
    "Tag",
]
