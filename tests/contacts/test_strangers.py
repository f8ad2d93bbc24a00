"""A user of another organisation changes nothing that the platform's colleagues share, and is told nothing of it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import Body, Contact, ContactList, ImportRun, Organisation, Suppression, Tag
from contacts.suppression import suppress
from tests.factories import ContactFactory, SalutationFactory

pytestmark = pytest.mark.django_db
ADDRESS = "ana@parliament.example"


@pytest.fixture
def chidi(client, stranger):
    client.force_login(stranger)
    return client


def test_shared_pages_open_to_no_stranger(chidi):
    tag, body = Tag.objects.create(name="press"), Body.objects.create(kind="intergroup", code="X", name="X")
    salutation = SalutationFactory(language="en", gender="X")
    pages = [
        ("tag_list",), ("tag_edit", tag.pk), ("suppression_page",), ("body_create",), ("body_edit", body.pk),
        ("import_upload",), ("organisation_create",), ("salutation_list",),
        ("salutation_edit", salutation.pk),
    ]  # fmt: skip
    answers = {name: chidi.get(reverse(f"contacts:{name}", args=given)).status_code for name, *given in pages}
    assert answers == dict.fromkeys(answers, 403)


def test_no_stranger_changes_what_is_shared(chidi):
    tag, body = Tag.objects.create(name="press"), Body.objects.create(kind="intergroup", code="X", name="X")
    suppress(ADDRESS, reason=Suppression.Reason.OBJECTION)
    tries = [
        (("tag_edit", tag.pk), {"name": "mine"}),
        (("tag_delete", tag.pk), {}),
        (("body_edit", body.pk), {"kind": "intergroup", "code": "Y", "name": "Y"}),
        (("organisation_create",), {"name": "Mine", "kind": "ngo"}),
        (("person_create",), {"family_name": "Mine", "email": "mine@elsewhere.example"}),
        (("import_upload",), {"text": "e-mail,name\nmine@elsewhere.example,Mine"}),
        (("suppression_add",), {"add-email": "other@parliament.example", "add-reason": "complaint"}),
        (("suppression_look",), {"look-email": ADDRESS}),
        (("suppression_lift",), {"look-email": ADDRESS}),
    ]
    answers = {name: chidi.post(reverse(f"contacts:{name}", args=given), data) for (name, *given), data in tries}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 403)
    assert list(Tag.objects.values_list("name", flat=True)) == ["press"]
    assert Suppression.objects.count() == 1
    assert not Organisation.objects.filter(name="Mine").exists()
    assert not Contact.objects.filter(family_name="Mine").exists()
    assert not ImportRun.objects.exists()


def test_a_list_of_ones_own_does_not_tell_who_is_in_the_platforms_address_book(chidi, stranger):
    ContactFactory(email=ADDRESS)
    elsewhere = Organisation.objects.create(name="Elsewhere")
    stranger.affiliations.create(organisation=elsewhere)
    mine = ContactList.objects.create(name="Mine", owner=elsewhere)
    known, unknown = (
        chidi.post(
            reverse("contacts:list_add", args=[mine.pk]),
            {"email": address, "source": "Folder", "given_on": str(timezone.localdate())},
        )
        for address in (ADDRESS, "nobody@parliament.example")
    )
    assert known.context["proof_form"].errors == unknown.context["proof_form"].errors
    assert not mine.subscriptions.exists()
