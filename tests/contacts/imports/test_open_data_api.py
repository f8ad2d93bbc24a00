"""The Open Data API's answers: the list, show-current and a person's detail."""

import json
from datetime import date

import pytest

from contacts.imports.errors import ImportRefused
from contacts.imports.europarl import parse_meps
from contacts.models import Contact, Membership
from tests.contacts.imports.builders import SAMPLES, import_list, member, members, of, run_json

pytestmark = pytest.mark.django_db

DETAIL = SAMPLES / "meps_900002_detail_2026-03-20.json"


def parse(answer):
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return parse_meps(text.encode(), file_name="answer.json", as_of=date(2026, 3, 17))


def test_show_current_is_a_complete_list_with_names_in_natural_case():
    answer = run_json("import_meps", SAMPLES / "meps_show-current_2026-03-17.json", "--apply")
    assert answer == {"new": 4, "changed": 0, "unchanged": 0, "gone": 0, "held": 0, "problems": []}
    assert (of(2).family_name, of(2).family_name_is_guessed) == ("van Voorbeeld", False)
    assert of(7).country == "GR"
    assert Membership.objects.get(mandate__ep_id=900009).body.code == "GREENS_EFA"


def test_show_current_ends_the_mandates_of_those_it_lacks():
    import_list(members(30), date(2026, 3, 1))
    answer = run_json("import_meps", SAMPLES / "meps_show-current_2026-03-17.json", "--apply")
    assert answer["held"] > 0  # Most of the thirty are missing.


def test_the_plain_list_improves_names_and_makes_nobody():
    import_list([member(2, name="Bram VAN VOORBEELD", country="Belgium")])
    answer = run_json("import_meps", SAMPLES / "meps_list.json", "--apply")
    assert answer["changed"] == 1
    assert of(2).family_name == "van Voorbeeld"


def test_the_plain_list_alone_says_what_it_lacks():
    answer = run_json("import_meps", SAMPLES / "meps_list.json", "--apply")
    assert answer["problems"][0]["kind"] == "missing"
    assert Contact.objects.count() == 0


def test_a_detail_gives_address_gender_and_seats_with_their_dates():
    import_list([member(2, name="Bram VAN VOORBEELD", country="Belgium", group="Renew Europe Group")])
    answer = run_json("import_meps", DETAIL, "--apply")
    assert answer["changed"] == 1
    contact = of(2)
    assert (contact.email, contact.gender) == ("bram.vanvoorbeeld@parliament.example", "M")
    seats = Membership.objects.filter(mandate__contact=contact, ended_on=None).exclude(body__kind="group")
    assert set(seats.values_list("body__code", "role", "started_on")) == {
        ("LIBE", "member", date(2024, 7, 19)),
        ("FEMM", "vice_chair", date(2025, 1, 20)),
    }
    group = Membership.objects.get(mandate__contact=contact, ended_on=None, body__kind="group")
    assert (group.body.code, group.started_on) == ("SD", date(2024, 7, 16))
    assert contact.mandates.get().started_on == date(2024, 7, 16)
    assert run_json("import_meps", DETAIL, "--apply")["unchanged"] == 1


def test_a_detail_ends_nobody_else_s_mandate():
    import_list(members(5))
    run_json("import_meps", DETAIL, "--apply")
    assert Contact.objects.meps().count() == 5


def test_a_detail_that_shows_the_end_of_the_mandate_ends_it():
    import_list([member(2)], date(2026, 3, 1))
    person = json.loads(DETAIL.read_text())["data"][0]
    mandate = next(item for item in person["hasMembership"] if item["identifier"].endswith("m-1"))
    mandate["memberDuring"]["endDate"] = "2026-03-10"
    from contacts.imports.running import apply

    assert apply(parse({"data": [person]})).counts()["gone"] == 1
    assert of(2).mandates.get().ended_on == date(2026, 3, 10)
    assert not Membership.objects.filter(ended_on=None).exists()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ('{"data": [', "broken at line 1"),
        ("[" * 100_000, "nested too deep"),
        ('{"data": [], "data": []}', "the same key twice"),
        ('{"data": [{"type": "Person", "identifier": NaN}]}', "NaN"),
        ({"data": []}, "holds no member"),
        ({"data": {}}, "no list called “data”"),
        ({"people": []}, "no list called “data”"),
        ({"data": [1, 2]}, "not persons"),
        ({"data": [{"type": "Organization", "identifier": "1"}]}, "not persons"),
        ('{"data": ' + "9" * 10_000 + "}", "cannot be read"),
    ],
)
def test_an_answer_that_is_none_is_refused_with_the_reason(answer, reason):
    with pytest.raises(ImportRefused, match=reason):
        parse(answer)


def test_wrong_types_inside_an_answer_are_told_and_break_nothing():
    person = {
        "type": "Person", "identifier": "900001", "label": 7, "familyName": ["x"], "hasEmail": {}, "hasGender": 3,
        "hasMembership": [1, {}, {"memberDuring": 5, "role": []}, {"role": "def/ep-roles/MEMBER_PARLIAMENT"}],
    }  # fmt: skip
    pull = parse({"data": [person, {"type": "Person", "identifier": {}}, {"type": "Person", "identifier": "-4"}]})
    assert [problem.row for problem in pull.problems] == [2, 3]
    assert pull.records[0].family_name is None


def test_a_body_we_do_not_know_is_told():
    person = {
        "type": "Person", "identifier": "900001",
        "hasMembership": [{
            "organization": "org/424242", "role": "def/ep-roles/MEMBER",
            "membershipClassification": "def/ep-entities/COMMITTEE_PARLIAMENTARY_SPECIAL",
            "memberDuring": {"startDate": "2026-01-01"},
        }],
    }  # fmt: skip
    assert "424242" in parse({"data": [person]}).problems[0].problem
