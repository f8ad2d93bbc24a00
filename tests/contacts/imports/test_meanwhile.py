"""What somebody does to a person while an import runs is not undone by what the import read before."""

import pytest
from django.db import transaction

from contacts.correcting import correct
from contacts.erasure import erase
from contacts.imports.applying import write_plan
from contacts.imports.changes import compare
from contacts.imports.errors import ImportRefused
from contacts.imports.mapping import load_mapping
from contacts.imports.spreadsheet import parse_sheet
from contacts.imports.undoing import take_back
from contacts.models import ImportRun, Post
from tests.contacts.imports.builders import LIST_DAY, import_sheet, sheet
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return ContactFactory(given_name="Ana", family_name="Nova", email="ana@press.example", country="FR", language="fr")


def plan_of(*rows):
    pull = parse_sheet(sheet(rows), file_name="x.csv", mapping=load_mapping("generic"), as_of=LIST_DAY)
    return compare(pull)


@pytest.mark.parametrize("by_whom", ["a correction", "an erasure"])
def test_an_import_gives_way_to_what_a_person_did_since_it_read(ana, officer, by_whom):
    plan = plan_of({"email": "ana@press.example", "name": "Ana Nova", "country": "Ireland", "organisation": "Paper"})
    assert plan.changes[0].kind == "changed"
    if by_whom == "a correction":
        correct(ana, {"language": "de"}, actor=officer)
    else:
        erase(ana, actor=officer, reason="asked")
    with pytest.raises(ImportRefused, match="Somebody else changed"), transaction.atomic():
        write_plan(plan)
    ana.refresh_from_db()
    assert (ana.country, ana.language) == (("FR", "de") if by_whom == "a correction" else ("", ""))
    assert not Post.objects.exists()


def test_a_post_with_its_first_day_is_taken_back_too(ana, officer):
    row = {"email": "ana@press.example", "name": "Ana Nova", "country": "France", "parliament": "Sample Chamber"}
    import_sheet([row | {"since": "2024-05-01"}], mapping="national-parliament")
    assert str(Post.objects.get(contact=ana).started_on) == "2024-05-01"
    outcome = take_back(ImportRun.objects.latest("id"), actor=officer)
    assert outcome["stayed"] == []
    assert not Post.objects.exists()
