"""A secret address: shown to who may see it, on purpose, with a reason in the trail; hidden from everybody else."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import AuditEvent
from contacts.confidentiality import ReasonRefused, has_secrets, hidden_fields, last_seen, reachable, reveal
from contacts.models import Contact, Organisation, Post
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
ADDRESS = {"postal_address": "7 Quiet Lane\nMosswater", "phone": "+999 555 0142", "email": "safe@quiet.example"}
NOTHING = dict.fromkeys(ADDRESS, "")


@pytest.fixture
def house():
    return Organisation.objects.create(name="Quiet House", country="IE", is_confidential=True, **ADDRESS)


@pytest.fixture
def hidden():
    return ContactFactory(given_name="Nora", family_name="Hidden", is_confidential=True, **ADDRESS)


@pytest.fixture(params=["organisation", "contact"])
def secret(request, db):
    return request.getfixturevalue({"organisation": "house", "contact": "hidden"}[request.param])


def page_of(row, name="detail"):
    if isinstance(row, Organisation):
        return reverse(f"contacts:organisation_{name}", args=[row.pk])
    return reverse(f"contacts:person_{name}", args=[row.public_id])


def shows(response):
    text = response.content.decode()
    return [part for part in ("Quiet Lane", "Mosswater", "555 0142", "safe@", "quiet.example") if part in text]


def test_a_secret_address_is_not_reachable_and_an_open_one_is(secret):
    assert reachable(secret) == NOTHING
    assert has_secrets(secret)
    type(secret).objects.update(is_confidential=False)
    again = type(secret).objects.get(pk=secret.pk)
    assert reachable(again) == ADDRESS
    assert not has_secrets(again)


def test_a_person_at_a_confidential_organisation_keeps_street_and_telephone_secret(house):
    person = ContactFactory(email="own@mail.example", phone="+1", postal_address="Here")
    Post.objects.create(contact=person, organisation=house)
    assert hidden_fields(person) == ("postal_address", "phone")
    assert reachable(person) == NOTHING | {"email": "own@mail.example"}


def test_an_organisations_secret_address_is_secret_with_a_person_too(house):
    person = ContactFactory(email="SAFE@Quiet.example", phone="+1")
    assert reachable(person) == NOTHING | {"phone": "+1"}


def test_flags_read_with_the_rows_cost_no_query_each(house, django_assert_num_queries):
    for _ in range(3):
        Post.objects.create(contact=ContactFactory(phone="+1"), organisation=house)
    with django_assert_num_queries(1):
        assert [reachable(person)["phone"] for person in Contact.objects.with_secrecy()] == ["", "", ""]


def test_seeing_it_needs_the_permission_and_writes_who_and_why(secret, approver):
    assert reveal(secret, user=approver, reason="  parcel with\nleaflets ") == ADDRESS
    event = AuditEvent.objects.get()
    whose = "an organisation" if isinstance(secret, Organisation) else "a contact"
    assert event.sentence == f"saw the secret address of {whose}: “parcel with leaflets”"
    assert (event.actor, event.object_id) == (approver, str(secret.pk))
    seen = last_seen(secret)
    assert (seen.by, seen.reason) == ("Ilse Approver", "parcel with leaflets")


def test_an_officer_may_not_see_it(secret, officer, viewer):
    for user in [officer, viewer]:
        with pytest.raises(PermissionDenied):
            reveal(secret, user=user, reason="curious")
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "reason",
    ["", " \n\0", "x" * 201, "call +999-555-0142", "go to 7 QUIET LANE, Mosswater", "mail to Safe@quiet.example"],
)
def test_a_reason_is_needed_and_does_not_repeat_the_address(secret, approver, reason):
    with pytest.raises(ReasonRefused):
        reveal(secret, user=approver, reason=reason)
    assert not AuditEvent.objects.exists()


def test_a_reason_does_not_name_the_person(approver):
    nora = ContactFactory(family_name="Nightingale", phone="+1", is_confidential=True)
    with pytest.raises(ReasonRefused, match="name"):
        reveal(nora, user=approver, reason="a parcel for Nightingale")
    assert not AuditEvent.objects.exists()


def test_the_page_hides_it_and_says_who_may_see_it(secret, client, officer, approver):
    client.force_login(officer)
    response = client.get(page_of(secret))
    assert shows(response) == []
    assert "Confidential address" in response.content.decode()
    assert "Show (is recorded)" not in response.content.decode()
    assert client.post(page_of(secret, "secret"), {"reason": "curious"}).status_code == 403
    client.force_login(approver)
    response = client.get(page_of(secret))
    assert shows(response) == []
    assert "Show (is recorded)" in response.content.decode()


def test_asked_for_with_a_reason_it_is_shown_once_and_no_cache_keeps_it(secret, client, approver):
    client.force_login(approver)
    assert shows(client.get(page_of(secret, "secret"))) == []
    assert not AuditEvent.objects.exists()
    response = client.post(page_of(secret, "secret"), {"reason": "parcel with leaflets"})
    assert len(shows(response)) == 5
    assert response["Cache-Control"] == "no-store"
    assert "parcel with leaflets" in client.get(page_of(secret)).content.decode()
    assert shows(client.get(page_of(secret))) == []


def test_without_a_usable_reason_nothing_is_shown_and_nothing_sent_back(secret, client, approver):
    client.force_login(approver)
    for reason in ["", "to write to safe@quiet.example"]:
        response = client.post(page_of(secret, "secret"), {"reason": reason})
        assert response.status_code == 422
        assert shows(response) == []


def test_an_address_that_is_not_secret_has_no_such_page(client, approver):
    client.force_login(approver)
    row = Organisation.objects.create(name="Open House", **ADDRESS)
    assert client.get(page_of(row, "secret")).url == page_of(row)


def test_a_stranger_learns_not_even_that_there_is_one(secret, client, stranger):
    stranger.role = "approver"
    stranger.save()
    client.force_login(stranger)
    assert client.post(page_of(secret, "secret"), {"reason": "curious"}).status_code == 404


@pytest.mark.parametrize("words", ["safe", "quiet.example", "safe@quiet.example", "SAFE@QUIET"])
def test_the_search_finds_nobody_by_a_secret_address(hidden, house, words, django_assert_num_queries):
    ContactFactory(family_name="Also", email="safe@quiet.example".replace("safe", "s.a.f.e"))
    assert list(Contact.objects.filter(is_confidential=True).search(words)) == []
    assert list(Contact.objects.search("hidden")) == [hidden]
