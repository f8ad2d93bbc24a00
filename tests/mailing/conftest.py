"""A letter with its audience, as most tests of the letter desk need it."""

import pytest

from mailing.models import AudienceRule
from tests.factories import (
    BodyFactory,
    ContactFactory,
    MailingContentFactory,
    MailingFactory,
    MandateFactory,
    MembershipFactory,
    SalutationFactory,
)


@pytest.fixture
def salutations(db):
    """English, French and German forms, as contacts/reference/salutations.csv has them."""
    rows = {
        ("en", "F"): ("Dear Ms {family_name},", "Yours sincerely,"),
        ("en", "M"): ("Dear Mr {family_name},", "Yours sincerely,"),
        ("en", "X"): ("Dear {given_name} {family_name},", "Yours sincerely,"),
        ("fr", "F"): ("Madame la Députée,", "Veuillez agréer, Madame la Députée, nos salutations."),
        ("fr", "M"): ("Monsieur le Député,", "Veuillez agréer, Monsieur le Député, nos salutations."),
        ("fr", "X"): ("Madame, Monsieur,", "Veuillez agréer, Madame, Monsieur, nos salutations."),
        ("de", "X"): ("Guten Tag {given_name} {family_name},", "Mit freundlichen Grüßen"),
    }
    for (language, gender), (opening, closing) in rows.items():
        SalutationFactory(language=language, gender=gender, opening=opening, closing=closing, is_checked=True)


@pytest.fixture
def member(db):
    """Makes an MEP with a seat in a committee: member(country="FR", committee="LIBE", …)."""

    def make(*, committee="LIBE", role="member", group="", **fields):
        contact = ContactFactory(**{"country": "IE", **fields})
        mandate = MandateFactory(contact=contact, country=contact.country)
        for code in committee.split():
            MembershipFactory(mandate=mandate, body=BodyFactory(code=code), role=role)
        if group:
            MembershipFactory(mandate=mandate, body=BodyFactory(kind="group", code=group), role="member")
        return contact

    return make


@pytest.fixture
def letter(salutations, officer):
    """A draft in English, reviewed, for the full members of LIBE."""
    mailing = MailingFactory(author=officer)
    MailingContentFactory(mailing=mailing)
    BodyFactory(code="LIBE")
    AudienceRule.objects.create(
        mailing=mailing, criteria={"seat": {"committee": ["LIBE"], "role": ["chair", "vice_chair", "member"]}}
    )
    return mailing
