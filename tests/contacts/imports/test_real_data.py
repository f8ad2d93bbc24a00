"""The real public files, where they lie: the figures a correct import gives."""

import json

import pytest
from django.db.models import Count, Q

from contacts.models import Contact, Mandate, Membership
from tests.contacts.imports.builders import full_list, import_list, run_json

pytestmark = pytest.mark.django_db

FULL = ["chair", "vice_chair", "member"]


@pytest.fixture
def list_file(real_data):
    return real_data / "europarl-full-list" / "full-list_en_2026-03-17.reconstructed.xml"


@pytest.fixture
def sheet_file(real_data):
    return real_data / "parltrack-derived" / "meps_2024-10-14.csv"


def people_in(committees, roles=None):
    seats = Membership.objects.filter(body__code__in=committees, ended_on=None, mandate__ended_on=None)
    if roles:
        seats = seats.filter(role__in=roles)
    return seats.values("mandate__contact").distinct().count()


def test_the_list_of_2026_and_the_sheet_of_2024_joined_to_it(list_file, sheet_file):
    assert run_json("import_meps", list_file)["new"] == 718
    answer = run_json("import_meps", list_file, "--apply")
    assert (answer["new"], answer["problems"]) == (718, [])
    again = run_json("import_meps", list_file, "--apply")
    assert (again["unchanged"], again["changed"], again["new"]) == (718, 0, 0)
    assert Mandate.objects.values("country").distinct().count() == 27
    groups = dict(Membership.objects.values_list("body__code").annotate(Count("id")))
    assert sum(groups.values()) == 718
    assert groups["EPP"] == 184

    joined = run_json("import_contacts", sheet_file, "--mapping", "parltrack", "--join", "--apply")
    kinds = [problem["kind"] for problem in joined["problems"]]
    assert joined["changed"] + joined["unchanged"] == 705
    assert (kinds.count("unknown_id"), kinds.count("no_data"), len(kinds)) == (13, 13, 26)
    assert Contact.objects.exclude(email="").count() == 705
    assert groups == dict(Membership.objects.filter(body__kind="group").values_list("body__code").annotate(Count("id")))
    assert not Mandate.objects.exclude(ended_on=None).exists()
    assert run_json("import_contacts", sheet_file, "--mapping", "parltrack", "--join")["unchanged"] == 705
    assert run_json("import_meps", list_file)["unchanged"] == 718


def test_the_sheet_of_2024_on_its_own_and_its_committees(sheet_file):
    assert run_json("import_contacts", sheet_file, "--mapping", "parltrack", "--apply")["new"] == 718
    assert people_in(["LIBE", "EMPL", "FEMM"]) == 272
    assert people_in(["LIBE", "EMPL", "FEMM"], FULL) == 165
    assert people_in(["LIBE", "EMPL", "BUDG"], FULL) == 168
    assert Contact.objects.filter(gender="X").count() == 5
    assert run_json("import_contacts", sheet_file, "--mapping", "parltrack", "--apply")["unchanged"] == 718


def test_the_list_of_2019_in_french(real_data):
    answer = run_json("import_meps", real_data / "europarl-full-list" / "meps_fr_2019-03.xml", "--apply")
    assert (answer["new"], answer["problems"]) == (750, [])
    assert Mandate.objects.filter(term=8, country="GB").count() == 72
    assert Membership.objects.filter(body__code="GUE_NGL").count() == 52


def test_the_election_of_2024(real_data):
    def entries(day):
        file = real_data / "europarl-full-list" / f"members_by_country_{day}.json"
        members = [member for country in json.loads(file.read_text()).values() for member in country]
        tags = ("fullName", "country", "politicalGroup", "id", "nationalPoliticalGroup")
        return full_list([{tag: member[tag][0] for tag in tags if member.get(tag)} for member in members])

    from datetime import date

    import_list(entries("2024-06-17"), date(2024, 6, 17))
    plan = import_list(entries("2024-07-17"), date(2024, 7, 17))
    assert plan.counts() == {"new": 390, "changed": 329, "unchanged": 0, "gone": 376, "held": 0}
    names = [change for change in plan.changes if "family_name" in change.fields or "given_name" in change.fields]
    # Three spellings differ; one of them in capitals alone (del, DEL), which is no change to a worked-out name.
    assert len([change for change in names if not change.is_new]) == 2
    stayed = Contact.objects.filter(mandates__term=9).filter(mandates__term=10)
    assert stayed.count() == 329


def test_no_name_is_left_in_capitals_and_none_lost_a_letter(list_file, sheet_file):
    run_json("import_meps", list_file, "--apply")
    for contact in Contact.objects.all():
        assert contact.given_name
        assert contact.family_name
        words = contact.family_name.replace("-", " ").split()
        assert not any(len(word) > 2 and word.isupper() for word in words), contact.family_name
    assert Contact.objects.filter(Q(family_name="McAllister") | Q(family_name="Van Brempt")).count() == 2
