"""Criteria read as a sentence, and say which condition leaves nobody."""

import pytest

from contacts.criteria import FULL_MEMBERS, describe, steps, why_empty
from contacts.models import Organisation

pytestmark = pytest.mark.django_db
FULL = list(FULL_MEMBERS)


@pytest.mark.parametrize(
    ("criteria", "sentence"),
    [
        (
            {"all": [{"country": ["IE"]}, {"seat": {"committee": ["LIBE", "EMPL"], "role": FULL}}]},
            "Full members of LIBE or EMPL from Ireland",
        ),
        ({"seat": {"committee": ["LIBE"]}}, "Members and substitutes of LIBE"),
        ({"seat": {"role": ["chair", "vice_chair"]}}, "Chairs or vice-chairs of a committee"),
        ({"group": ["S&D"]}, "MEPs in S&D"),
        ({"country": ["EL", "FR", "UK"]}, "People from Greece, France or United Kingdom"),
        (
            {"all": [{"kind": ["mep"]}, {"language": ["fr"]}, {"not": {"group": ["NI"]}}]},
            "MEPs who get French, without MEPs in NI",
        ),
        ({"not": {"tag": ["press"]}}, "Everybody except people tagged “press”"),
        (
            {"any": [{"kind": ["press"]}, {"seat": {"committee": ["LIBE"]}}]},
            "Press contacts or members and substitutes of LIBE",
        ),
        (
            {
                "all": [
                    {"any": [{"language": ["fr"]}, {"country": ["PL"]}, {"group": ["SD"]}]},
                    {"seat": {"committee": ["LIBE"], "role": FULL}},
                    {"not": {"group": ["EPP"]}},
                ]
            },
            "Full members of LIBE who get French, are from Poland or are in S&D, without MEPs in EPP",
        ),
        (
            {
                "all": [
                    {"kind": ["mep"]},
                    {"any": [{"seat": {"committee": ["LIBE"]}}, {"not": {"kind": ["press"]}}, {"tag": ["x"]}]},
                ]
            },
            "MEPs who are members and substitutes of LIBE, are not press contacts or are tagged “x”",
        ),
        ({"all": []}, "Everybody"),
        ({}, "Nobody: no condition is set"),
        ({"organisation": [999]}, "People with a post at an organisation that is gone"),
    ],
)
def test_a_rule_reads_as_one_sentence(parliament, criteria, sentence):
    assert describe(criteria) == sentence


def test_an_organisation_is_called_by_its_name(parliament):
    council = Organisation.objects.create(name="The Invented Council")
    assert describe({"organisation": [council.pk]}) == "People with a post at The Invented Council"


def test_it_names_the_condition_that_empties_it(parliament):
    for number in range(3):
        parliament.mep(f"Member{number}", country="FR", seats=[("LIBE", "member")])
    rule = {"all": [{"country": ["IE"]}, {"seat": {"committee": ["LIBE"]}}]}
    parliament.mep("Irish", country="IE")
    assert why_empty(rule) == "LIBE has 3 members; your country filter leaves 0."
    assert why_empty({"all": [{"country": ["FR"]}, {"seat": {"committee": ["LIBE"]}}]}) == ""


def test_it_says_when_one_condition_alone_matches_nobody(parliament):
    parliament.mep("Member", country="FR", seats=[("LIBE", "member")])
    rule = {"all": [{"seat": {"committee": ["LIBE"]}}, {"country": ["MT"]}]}
    assert why_empty(rule) == "There are no people from Malta."
    assert why_empty({"seat": {"committee": ["FEMM"]}}) == "There are no members and substitutes of FEMM."


def test_it_says_when_the_part_left_out_takes_all_away(parliament):
    parliament.mep("Member", group="EPP", seats=[("LIBE", "member")])
    rule = {"all": [{"seat": {"committee": ["LIBE"], "role": FULL}}, {"not": {"group": ["EPP"]}}]}
    assert why_empty(rule) == "LIBE has 1 full members; what you leave out takes them all away."


def test_it_says_when_there_are_no_contacts_at_all(parliament):
    assert why_empty({"country": ["IE"]}) == "There are no contacts yet. Import some first."
    assert why_empty({"all": []}) == "There are no contacts yet. Import some first."
    assert why_empty({}) == "No condition is set, so nobody is meant."


def test_the_steps_are_the_arithmetic_of_the_rule(parliament, django_assert_max_num_queries):
    parliament.mep("A", country="IE", group="EPP", seats=[("LIBE", "member")])
    parliament.mep("B", country="FR", group="SD", seats=[("LIBE", "member")])
    parliament.mep("C", country="IE", group="SD", seats=[("LIBE", "chair")])
    rule = {"all": [{"not": {"group": ["EPP"]}}, {"country": ["IE"]}, {"seat": {"committee": ["LIBE"]}}]}
    with django_assert_max_num_queries(3):
        found = steps(rule)
    assert [(step.key, step.alone, step.left) for step in found] == [("seat", 3, 3), ("country", 2, 2), ("not", 1, 1)]
    assert [step.words for step in found] == ["members and substitutes of LIBE", "people from Ireland", "MEPs in EPP"]
