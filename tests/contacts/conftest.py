"""A small invented parliament for the tests of this room."""

import pytest

from contacts.imports.applying import count_rows
from contacts.models import Contact, Mandate, Membership
from tests.factories import BodyFactory, ContactFactory, MandateFactory


class Parliament:
    """Bodies with their aliases, and a way to seat people in them."""

    def __init__(self):
        for code, aliases in [("LIBE", ["Civil Liberties, Justice and Home Affairs"]), ("FEMM", []), ("EMPL", [])]:
            BodyFactory(kind="committee", code=code, name=f"Committee {code}", aliases=aliases)
        BodyFactory(kind="group", code="EPP", name="European People's Party", short_name="EPP", aliases=["PPE"])
        BodyFactory(kind="group", code="SD", name="Socialists and Democrats", short_name="S&D", aliases=["S&D"])
        BodyFactory(kind="group", code="NI", name="Non-attached Members", short_name="NI", aliases=["NA"])

    def seat(self, person, committee, role="member", **fields):
        body = BodyFactory(kind="committee", code=committee)
        return Membership.objects.create(mandate=person.mandates.get(ended_on=None), body=body, role=role, **fields)

    def crowd(self, number, *, committee="LIBE", group="EPP"):
        """That many MEPs at once, each with a seat in a committee and in a group."""
        people = Contact.objects.bulk_create(
            Contact(
                family_name=f"Family{n:03}",
                sort_key=f"family{n:03}",
                country="IE",
                gender="F",
                email=f"family{n}@parliament.example",
                email_key=f"family{n}@parliament.example",
            )
            for n in range(number)
        )
        mandates = Mandate.objects.bulk_create(
            Mandate(contact=person, ep_id=800_000 + n, term=10, country="IE") for n, person in enumerate(people)
        )
        bodies = [BodyFactory(kind="committee", code=committee), BodyFactory(kind="group", code=group)]
        Membership.objects.bulk_create(
            Membership(mandate=mandate, body=body) for mandate in mandates for body in bodies
        )
        count_rows()
        return people

    def mep(self, family_name, *, country="IE", group=None, seats=(), **fields):
        """An MEP with an open mandate; `seats` are (committee, role) pairs."""
        person = ContactFactory(family_name=family_name, country=country, **fields)
        mandate = MandateFactory(contact=person, country=country)
        if group:
            Membership.objects.create(mandate=mandate, body=BodyFactory(kind="group", code=group))
        for committee, role in seats:
            self.seat(person, committee, role)
        return person


@pytest.fixture
def parliament(db):
    return Parliament()
