"""A large sheet is written in batches and comes to the same end as a small one."""

from datetime import date

import pytest

from contacts.imports import changes
from contacts.imports.errors import ImportRefused
from contacts.models import Contact, ImportRun, Organisation, Post, Tag
from tests.contacts.imports.builders import SHEET_DAY, import_sheet, kinds

pytestmark = pytest.mark.django_db
LATER = date(2025, 3, 1)


def people(count, **facts):
    return [
        {
            "email": f"person{number}@office{number % 7}.example", "name": f"Given Sample{number}", "country": "IE",
            "organisation": f"House {number % 3}", "tags": "press" if number % 2 else "press; training",
        } | facts
        for number in range(count)
    ]  # fmt: skip


@pytest.fixture
def batches(monkeypatch):
    monkeypatch.setattr(changes, "KEPT", 20)
    monkeypatch.setattr(changes, "BATCH", 16)


def state():
    return (
        list(Contact.objects.order_by("email_key").values_list("email", "family_name", "country", "facts_as_of")),
        list(Post.objects.order_by("contact__email_key").values_list("contact__email", "organisation__name")),
        sorted(Contact.tags.through.objects.values_list("contact__email", "tag__name")),
    )


def test_in_batches_the_same_people_posts_and_tags_come_in(monkeypatch):
    import_sheet(people(100), mapping="generic")
    whole = state()
    for model in (Contact, Organisation, Tag, ImportRun):
        model.objects.all().delete()
    monkeypatch.setattr(changes, "KEPT", 20)
    monkeypatch.setattr(changes, "BATCH", 16)
    plan = import_sheet(people(100), mapping="generic")
    assert plan.counts() == {"new": 100, "changed": 0, "unchanged": 0, "gone": 0, "held": 0}
    assert plan.changes == []
    assert state() == whole
    assert Contact.objects.values("public_id").distinct().count() == 100
    assert len(ImportRun.objects.get().changes) == 100


def test_again_it_changes_nothing_and_a_newer_one_changes_what_differs(batches):
    import_sheet(people(100), mapping="generic")
    again = import_sheet(people(100), mapping="generic")
    assert (again.counts()["unchanged"], ImportRun.objects.count()) == (100, 1)
    newer = people(100)
    newer[50]["country"] = "FR"
    plan = import_sheet(newer, LATER, mapping="generic")
    assert (plan.counts()["changed"], plan.counts()["unchanged"]) == (1, 99)
    assert Contact.objects.get(email="person50@office1.example").country == "FR"
    assert Contact.objects.first().facts_as_of["email"] == LATER.isoformat()


def test_what_there_is_to_tell_is_told_once(batches):
    rows = people(100)
    rows[10]["email"], rows[20]["name"], rows[20]["organisation"] = "nobody", "", ""
    rows[31]["email"] = rows[30]["email"]
    plan = import_sheet(rows, mapping="generic")
    assert sorted(kinds(plan)) == ["bad_address", "missing", "shared_address", "shared_address"]
    assert plan.counts()["new"] == 96
    assert Contact.objects.count() == 96


def test_a_fault_in_the_last_batch_leaves_nothing_of_the_first(batches, monkeypatch):
    from contacts.imports import applying

    written = applying._add_tags
    calls = []

    def fail(batch):
        calls.append(batch)
        if len(calls) == 5:
            raise ImportRefused("The power went out in the fifth batch.")
        written(batch)

    monkeypatch.setattr(applying, "_add_tags", fail)
    with pytest.raises(ImportRefused):
        import_sheet(people(100), SHEET_DAY, mapping="generic")
    assert not Contact.objects.exists()
    assert not ImportRun.objects.exists()
    assert not Organisation.objects.exists()


def test_members_and_others_in_one_large_sheet_both_come_in(batches):
    members = [{"ep_id": str(900000 + n), **row} for n, row in enumerate(people(5), start=1)]
    others = [{"ep_id": "", **row} for row in people(60)[5:]]
    plan = import_sheet(members + others, mapping="generic")
    assert plan.counts()["new"] == 60
    assert (len(plan.changes), Contact.objects.meps().count()) == (5, 5)
