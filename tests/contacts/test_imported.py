"""Which imports changed one person, with their rows."""

import datetime as dt

import pytest
from django.urls import reverse

from contacts.imported import import_rows_of
from contacts.merging import FIELDS, merge
from contacts.models import ImportRun
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def applied(*changes, **fields):
    values = {"source": "spreadsheet", "file_name": "list.csv", "file_digest": "0", "as_of": dt.date(2026, 11, 14)}
    return ImportRun.objects.create(status="applied", changes=list(changes), **(values | fields))


def entry(person, **fields):
    return {"contact": person.pk, "kind": "changed", "row": 9} | fields


def page(client, person):
    return client.get(reverse("contacts:person_imports", args=[person.public_id])).content.decode()


def test_an_import_is_named_with_its_row_and_without_values(client, viewer):
    ana, other = ContactFactory(pk=5), ContactFactory(pk=51)
    run = applied(entry(other, row=2), entry(ana, fields={"email": ["old@x.example", "new@x.example"]}))
    applied(entry(other))
    client.force_login(viewer)
    text = page(client, ana)
    assert f"Row 9 of {run.reference}" in text
    assert "It set: e-mail address." in text
    assert "One import" in text
    assert "x.example" not in text


def test_without_imports_the_page_says_so(client, viewer):
    client.force_login(viewer)
    assert "No import that is still kept changed anything here." in page(client, ContactFactory())


def test_an_import_that_was_not_applied_changed_nothing():
    ana = ContactFactory()
    run = applied(entry(ana))
    ImportRun.objects.filter(pk=run.pk).update(status="held")
    assert import_rows_of(ana, ImportRun.objects.all()) == []


def test_imports_of_a_row_that_was_merged_count_too(officer):
    ana, twin = ContactFactory(), ContactFactory()
    run = applied(entry(twin, kind="new"))
    merge(ana, twin, dict.fromkeys(FIELDS, "one"), actor=officer)
    assert [(row.run, row.row, row.kind) for row in import_rows_of(ana, ImportRun.objects.all())] == [(run, 9, "new")]


@pytest.mark.parametrize("number", [10, 200])
def test_the_page_asks_few_questions(client, viewer, django_assert_max_num_queries, number):
    ana = ContactFactory()
    for _run in range(number // 10):
        applied(entry(ana))
    client.force_login(viewer)
    with django_assert_max_num_queries(12):
        page(client, ana)
