"""Addresses that get nothing: put there, looked for and lifted on a page that never shows one."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from contacts.models import Suppression, SuppressionLift
from contacts.suppression import suppress

pytestmark = pytest.mark.django_db
PAGE, LOOK, ADD, LIFT = (reverse(f"contacts:suppression_{name}") for name in ("page", "look", "add", "lift"))
ADDRESS = "ana@parliament.example"


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def test_an_address_is_put_there_by_hand_and_only_its_hash_is_kept(signed_in):
    text = signed_in.post(ADD, {"add-email": ADDRESS, "add-reason": "objection"}, follow=True).content.decode()
    assert "Nothing more is sent to this address." in text
    assert ADDRESS not in text
    row = Suppression.objects.get()
    assert (row.scope, row.reason, len(row.email_digest)) == ("all", "objection", 64)
    event = AuditEvent.objects.get()
    assert event.sentence == "put an address on the do-not-write list (all, objection)"
    assert "ana" not in f"{event.sentence}{event.object_label}"


def test_a_look_says_yes_or_no_and_why_and_is_told_to_the_trail(signed_in, news):
    suppress(ADDRESS, scope=f"list:{news.pk}", reason="objection")
    yes = signed_in.post(LOOK, {"look-email": " ANA@parliament.example"}).content.decode()
    assert "does not get Road Notes" in yes
    assert "Lift the objection" in yes
    no = signed_in.post(LOOK, {"look-email": "other@parliament.example"}).content.decode()
    assert "Nothing stops a message to this address." in no
    sentences = set(AuditEvent.objects.values_list("sentence", flat=True))
    assert sentences == {"looked whether an address is on the do-not-write list"}


def test_an_objection_is_lifted_and_a_complaint_stays(signed_in):
    suppress(ADDRESS, reason="objection")
    suppress(ADDRESS, scope="letters", reason="complaint")
    assert "is lifted" in signed_in.post(LIFT, {"look-email": ADDRESS}, follow=True).content.decode()
    assert Suppression.objects.get().reason == "complaint"
    assert SuppressionLift.objects.get().scope == "all"
    assert "no objection to lift" in signed_in.post(LIFT, {"look-email": ADDRESS}, follow=True).content.decode()


@pytest.mark.parametrize("url", [LOOK, ADD, LIFT])
def test_what_is_no_address_is_refused_with_a_sentence(signed_in, url):
    response = signed_in.post(url, {"look-email": "ana at parliament", "add-email": "ana", "add-reason": "objection"})
    assert response.status_code == 422
    assert "@-sign" in response.content.decode()


def test_looking_is_never_a_link(signed_in):
    assert signed_in.get(LOOK, {"look-email": ADDRESS}).status_code == 405
