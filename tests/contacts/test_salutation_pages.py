"""Salutations are read, changed and marked as checked by a person."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from contacts.models import Salutation
from tests.factories import SalutationFactory

pytestmark = pytest.mark.django_db
LIST = reverse("contacts:salutation_list")


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def edit(client, row, **changes):
    data = {"opening": row.opening, "closing": row.closing, "note": row.note}
    return client.post(reverse("contacts:salutation_edit", args=[row.pk]), data | changes)


def test_an_empty_table_says_where_it_comes_from(signed_in):
    assert "There is no salutation yet." in signed_in.get(LIST).content.decode()


def test_the_table_counts_what_nobody_checked(signed_in):
    SalutationFactory(language="fr", gender="F", opening="Madame,")
    text = signed_in.get(LIST).content.decode()
    assert "One row has not been checked by a person." in text
    assert "French" in text
    assert '<td lang="fr">Madame,</td>' in text


def test_a_row_is_changed_and_checked(signed_in):
    row = SalutationFactory(language="fr", gender="F")
    edit(signed_in, row, opening="Madame {family_name},", is_checked="on")
    row.refresh_from_db()
    assert (row.opening, row.is_checked) == ("Madame {family_name},", True)
    assert AuditEvent.objects.get().object_label == "fr F"
    assert "Every row has been checked" in signed_in.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"opening": "Dear {surname},"}, "“{surname}” is not known. Write {given_name} or {family_name}."),
        ({"opening": "Dear {family_name"}, "“{family_name” is not known."),
        ({"opening": "Dear }"}, "“}” is not known."),
        ({"opening": "Dear {family_name.__class__},"}, "is not known."),
        ({"closing": "Yours, {family_name}"}, "A closing holds no name."),
        ({"opening": ""}, "This field is required."),
    ],
)
def test_unknown_braces_are_refused(signed_in, changes, sentence):
    row = SalutationFactory()
    assert sentence in edit(signed_in, row, **changes).content.decode().replace("&#x27;", "'")
    assert Salutation.objects.get().opening == "Dear Ms {family_name},"


def test_a_viewer_does_not_see_the_settings(client, viewer):
    row = SalutationFactory()
    client.force_login(viewer)
    assert client.get(LIST).status_code == 403
    assert edit(client, row).status_code == 403


def test_the_number_of_queries_does_not_grow(signed_in, django_assert_max_num_queries):
    for n in range(40):
        SalutationFactory(language=f"x{n}")
    with django_assert_max_num_queries(12):
        signed_in.get(LIST)
