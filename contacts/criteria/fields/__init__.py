"""The conditions this room knows, in the order of the menu; `contacts.apps` puts them into the registry."""

from contacts.criteria.field import Field
from contacts.criteria.fields.dealings import Dealt, OnList
from contacts.criteria.fields.organisations import AtOrganisation, Belonging, MemberCountry, OrganisationKind
from contacts.criteria.fields.parliament import AnyBody, Group, Seat
from contacts.criteria.fields.people import (
    Address,
    Blocked,
    Country,
    GenderIs,
    HasTag,
    Kind,
    Language,
    Office,
    Source,
)

FIELDS: list[Field] = [
    Seat(),
    Group(),
    AnyBody(),
    Country(),
    Language(),
    Kind(),
    HasTag(),
    GenderIs(),
    Office(),
    Address(),
    Blocked(),
    Source(),
    AtOrganisation(),
    OrganisationKind(),
    Belonging(),
    MemberCountry(),
    OnList(),
    Dealt(),
]
