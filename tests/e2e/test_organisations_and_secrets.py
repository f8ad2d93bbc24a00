"""Organisations and secret addresses in a real browser: readable by everybody, and usable with the keyboard alone."""

import datetime as dt

import pytest

from accounts.models import AuditEvent
from contacts.models import Organisation, OrganisationMembership, Post, StakeholderType
from tests.e2e.hands import type_option
from tests.factories import PASSWORD, ContactFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADDRESS = {"postal_address": "7 Quiet Lane\nMosswater", "phone": "+999 555 0142", "email": "safe@quiet.example"}


@pytest.fixture
def house(transactional_db):
    """A confidential organisation with people, years of membership and a type."""
    row = Organisation.objects.create(name="Harbour House", country="IE", is_confidential=True, **ADDRESS)
    row.stakeholder_types.add(StakeholderType.objects.create(name="Shelter"))
    OrganisationMembership.objects.create(
        organisation=row, kind="associate", started_on=dt.date(2015, 1, 1), ended_on=dt.date(2019, 12, 31)
    )
    OrganisationMembership.objects.create(organisation=row, kind="member", started_on=dt.date(2020, 1, 1))
    nora = ContactFactory(given_name="Nora", family_name="Byrne", is_confidential=True, phone="+999 1", email="")
    Post.objects.create(contact=nora, organisation=row, title="Coordinator", national_contact_for="IE")
    Post.objects.create(contact=ContactFactory(), organisation=row, ended_on=dt.date(2024, 6, 30))
    Organisation.objects.create(
        name="The Open Council", kind="institution", country="BE", transparency_register_id="153882995425-37",
        represents="27 ministries", website="https://council.example", postal_address="1 Square\nBrussels",
        phone="+32 2 1", email="information@council.example",
    )  # fmt: skip
    return row


@pytest.fixture
def paths(house):
    council = Organisation.objects.get(name="The Open Council")
    person = house.posts.get(title="Coordinator").contact
    membership = house.memberships.get(kind="member")
    return [
        "organisations/",
        "organisations/?belongs=partner",
        "organisations/national-contacts/",
        "organisations/new/",
        f"organisations/{house.pk}/",
        f"organisations/{council.pk}/",
        f"organisations/{house.pk}/edit/",
        f"organisations/{house.pk}/delete/",
        f"organisations/{council.pk}/delete/",
        f"organisations/{house.pk}/secret/",
        f"organisations/{house.pk}/memberships/new/",
        f"organisations/memberships/{membership.pk}/",
        f"organisations/{house.pk}/posts/new/?q=nora",
        f"organisations/posts/{house.posts.get(title='Coordinator').pk}/",
        f"people/{person.public_id}/",
        f"people/{person.public_id}/secret/",
    ]


def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit, approver, paths):
    with visit() as ilse:
        ilse.sign_in(approver, PASSWORD)
        for path in paths:
            ilse.open("/desk/contacts/" + path)
            ilse.check_page(path)
        ilse.check_no_complaints()


def test_a_secret_is_shown_by_keyboard_with_a_reason_and_gone_on_the_next_page(visit, approver, house):
    with visit() as ilse:
        ilse.sign_in(approver, PASSWORD)
        page = ilse.open(f"/desk/contacts/organisations/{house.pk}/")
        assert "Quiet Lane" not in page.content()
        page.get_by_label("What do you need it for?").focus()
        page.keyboard.type("parcel with leaflets")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("7 Quiet Lane").wait_for()
        ilse.check_page("the secret address")
        assert AuditEvent.objects.filter(sentence__contains="parcel with leaflets").count() == 1
        page.get_by_role("link", name="Back").click()
        page.get_by_text("Last shown on").wait_for()
        assert "Quiet Lane" not in page.content()


def test_an_organisation_is_added_and_becomes_a_member_by_keyboard(visit, officer):
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open("/desk/contacts/organisations/new/")
        page.get_by_label("Name").focus()
        page.keyboard.type("Lighthouse")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Lighthouse").wait_for()
        page.get_by_role("link", name="Add", exact=True).focus()
        page.keyboard.press("Enter")
        kind = page.get_by_label("Belongs to us as")
        kind.focus()
        type_option(page, kind, "Mem")
        page.get_by_role("button", name="Save").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Saved. The counts follow the dates.").wait_for()
        assert Organisation.objects.get(name="Lighthouse").memberships.get().kind == "member"
