"""Criteria are a closed vocabulary: what is not known is refused with a sentence and the nearest known word."""

import pytest

from contacts.criteria import CriteriaError, validate
from contacts.models import Organisation, Tag
from tests.factories import BodyFactory

pytestmark = pytest.mark.django_db


def test_aliases_are_stored_as_codes(parliament):
    Tag.objects.create(name="Press")
    paper = Organisation.objects.create(name="The Invented Paper", kind="press")
    assert validate(
        {
            "all": [
                {"country": ["EL", "uk", "Ireland", "FRA"]},
                {"group": ["s&d", "PPE"]},
                {"seat": {"committee": ["libe"], "role": ["CHAIR_VICE", "substitute"]}},
                {"language": ["French", "EL"]},
                {"tag": ["press"]},
                {"organisation": ["The Invented Paper", paper.pk]},
            ]
        }
    ) == {
        "all": [
            {"country": ["GR", "GB", "IE", "FR"]},
            {"group": ["SD", "EPP"]},
            {"seat": {"committee": ["LIBE"], "role": ["vice_chair", "substitute"]}},
            {"language": ["fr", "el"]},
            {"tag": ["Press"]},
            {"organisation": [paper.pk]},
        ]
    }


def test_two_keys_beside_each_other_mean_both(parliament):
    assert validate({"country": "IE", "group": ["EPP"]}) == {"all": [{"country": ["IE"]}, {"group": ["EPP"]}]}


@pytest.mark.parametrize(
    ("criteria", "sentence"),
    [
        ({"seat": {"committee": ["LlBE"]}}, "“LlBE” is not a committee. Did you mean LIBE?"),
        ({"group": ["EPPP"]}, "“EPPP” is not a political group. Did you mean EPP?"),
        ({"country": ["Irland"]}, "“Irland” is not a country. Did you mean IE?"),
        ({"country": ["XX"]}, "“XX” is not a country."),
        ({"country": ["EU"]}, "“EU” is not a country."),
        ({"language": ["Frensh"]}, "“Frensh” is not a language we write in. Did you mean fr?"),
        ({"kind": ["meps"]}, "“meps” is not a kind of contact. Did you mean mep?"),
        ({"seat": {"role": ["vicechair"]}}, "“vicechair” is not a role. Did you mean vice_chair?"),
        ({"seat": {"comittee": ["LIBE"]}}, "“comittee” is not a part of “seat”. Did you mean committee?"),
        ({"contry": ["IE"]}, "“contry” is not a condition. Did you mean country?"),
        ({"tag": ["nobody has this"]}, "There is no tag “nobody has this”."),
        ({"organisation": [999999]}, "There is no organisation “999999”."),
        ({}, "Choose at least one condition."),
        ({"all": [{}]}, "There is an empty condition. Fill it or remove it."),
        ({"any": []}, "“any” needs at least one condition."),
        ({"any": {"country": ["IE"]}}, "“any” needs a list of conditions."),
        ({"not": {}}, "“not” needs a condition to leave out."),
        ({"country": []}, "“country” names nothing. Give at least one value or remove it."),
        ({"country": [3]}, "“country” cannot be a number."),
        ({"country": [None]}, "“country” cannot be nothing."),
        ({"organisation": [True]}, "“organisation” cannot be yes or no."),
        ({"seat": {}}, "“seat” needs a committee, a role, or both."),
        ("LIBE", 'A condition is an object such as {"country": ["IE"]}; this is a word.'),
        ([], 'A condition is an object such as {"country": ["IE"]}; this is a list.'),
    ],
)
def test_what_is_not_known_gets_a_sentence(parliament, criteria, sentence):
    with pytest.raises(CriteriaError) as refused:
        validate(criteria)
    assert str(refused.value) == sentence


def test_nesting_goes_five_deep_and_no_deeper():
    node = {"country": ["IE"]}
    for _level in range(4):
        node = {"not": node}
    assert validate(node) == node
    with pytest.raises(CriteriaError, match="nested 5 deep at most"):
        validate({"not": node})


def test_a_very_deep_tree_is_refused_and_breaks_nothing():
    node = {"country": ["IE"]}
    for _level in range(5000):
        node = {"not": node}
    with pytest.raises(CriteriaError):
        validate(node)


def test_a_huge_list_of_values_is_refused():
    with pytest.raises(CriteriaError, match="more than 500 values"):
        validate({"country": ["IE"] * 501})


def test_a_huge_organisation_number_is_refused_with_a_sentence():
    with pytest.raises(CriteriaError, match="There is no organisation"):
        validate({"organisation": [10**30]})


def test_an_alias_of_a_group_that_ended_means_the_one_of_today(parliament):
    BodyFactory(kind="group", code="GUE_NGL", name="Left of old", aliases=["GUE/NGL"], ended_on="2020-12-31")
    BodyFactory(kind="group", code="THE_LEFT", name="The Left", aliases=["GUE/NGL"])
    assert validate({"group": ["gue/ngl"]}) == {"group": ["THE_LEFT"]}
    assert validate({"group": ["GUE_NGL"]}) == {"group": ["GUE_NGL"]}
