"""The check page of an import shows no secret address: not of a person so marked, nor of one who works in secret."""

import pytest

from contacts.models import Organisation, Post
from tests.contacts.imports.hands import check, give
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return Organisation.objects.create(name="Mosswater House", email="safe@quiet.example", is_confidential=True)


def test_the_telephone_of_who_works_at_a_confidential_organisation(desk, house):
    ana = ContactFactory(given_name="Ana", family_name="Nova", email="p0@press.example", phone="+353 1 111")
    Post.objects.create(contact=ana, organisation=house)
    row = {"Name": "Ana Nova", "E-mail": "p0@press.example", "Phone": "+353 1 222", "Language": "French"}
    page = check(desk, give(desk, [row]))
    assert page.context["counts"]["changed"] == 1
    assert "<ins>French</ins>" in page.content.decode()
    assert "+353 1 111" not in page.content.decode()
    assert "+353 1 222" not in page.content.decode()


def test_somebody_new_with_the_address_of_a_confidential_organisation(desk, house):
    page = check(desk, give(desk, [{"Name": "Bo Lind", "E-mail": "safe@quiet.example"}]))
    assert page.context["counts"]["new"] == 1
    assert "safe@quiet.example" not in page.content.decode()


@pytest.mark.parametrize("number", [10, 150])
def test_secrecy_is_asked_for_all_at_once(desk, house, number, django_assert_max_num_queries):
    from contacts.imports.changes import compare
    from contacts.imports.checking import preview_of
    from contacts.imports.uploading import read

    rows = []
    for n in range(number):
        person = ContactFactory(email=f"p{n}@press.example", phone="+353 1 111")
        Post.objects.create(contact=person, organisation=house)
        rows.append({"Name": person.name, "E-mail": person.email, "Phone": "+353 1 222"})
    run = give(desk, rows)
    check(desk, run)
    run.refresh_from_db()
    plan = compare(read(run))
    with django_assert_max_num_queries(12):
        assert len(preview_of(plan)["changed"]) == number
