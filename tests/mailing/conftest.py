"""A letter with its audience, as most tests of the letter desk need it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mailing import lifecycle
from mailing.models import AudienceRule, Mailing
from tests.factories import (
    PASSWORD,
    BodyFactory,
    ContactFactory,
    MailingContentFactory,
    MailingFactory,
    MandateFactory,
    MembershipFactory,
    SalutationFactory,
)
from tests.mailing.posting import rings, tell  # noqa: F401 - fixtures


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


@pytest.fixture
def waiting(letter, member, officer, approver):
    """A letter to two people that waits for Ilse's approval."""
    member()
    member(committee="LIBE FEMM")
    return lifecycle.submit(letter, actor=officer, approver=approver, note="The vote is on the 9th.")


@pytest.fixture
def approved(waiting, approver):
    return lifecycle.approve(waiting, actor=approver, digest=waiting.review_digest)


@pytest.fixture
def start(officer):
    """Starts an approved mailing now, as beat does; gives the ids of all mailings under way."""

    def begin(mailing):
        lifecycle.schedule(mailing, actor=officer)
        Mailing.objects.filter(pk=mailing.pk).update(scheduled_at=timezone.now() - timedelta(seconds=1))
        found = lifecycle.start_due()
        mailing.refresh_from_db()
        return found

    return begin


@pytest.fixture
def sign_in(client):
    """Signs a colleague in, and whoever was before out: sign_in(officer)."""

    def as_(user):
        client.logout()
        assert client.login(email=user.email, password=PASSWORD)
        return client

    return as_
