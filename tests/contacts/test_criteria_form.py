"""The criteria form gives the criteria it shows, and shows the criteria it is given."""

import json

import pytest

from contacts.criteria import normalise
from contacts.forms.criteria import CriteriaForm
from contacts.models import Organisation, Tag

pytestmark = pytest.mark.django_db
LIBE_FULL = {"seat": {"committee": ["LIBE"], "role": ["chair", "vice_chair", "member"]}}


def posted(form):
    """What a browser sends back when the page with this unbound form is submitted unchanged."""
    return {form.add_prefix(name): form[name].value() or "" for name in form.fields if form[name].value()}


def test_fields_become_criteria(parliament):
    form = CriteriaForm({"committees": ["LIBE", "FEMM"], "role": "full", "countries": ["IE"], "out_groups": ["EPP"]})
    assert form.is_valid(), form.errors
    assert form.criteria() == {
        "all": [
            {"seat": {"committee": ["LIBE", "FEMM"], "role": ["chair", "vice_chair", "member"]}},
            {"country": ["IE"]},
            {"not": {"group": ["EPP"]}},
        ]
    }
    assert form.sentence() == "Full members of LIBE or FEMM from Ireland, without MEPs in EPP"


@pytest.mark.parametrize(
    "criteria",
    [
        LIBE_FULL,
        {"seat": {"committee": ["LIBE", "EMPL"]}},
        {"seat": {"role": ["substitute"]}},
        {"all": [{"seat": {"committee": ["LIBE"]}}, {"country": ["IE", "FR"]}, {"group": ["SD"]}]},
        {"all": [{"language": ["fr"]}, {"kind": ["press", "subscriber"]}, {"tag": ["press"]}]},
        {"all": [LIBE_FULL, {"not": {"any": [{"group": ["EPP"]}, {"seat": {"committee": ["FEMM"]}}]}}]},
        {"not": {"tag": ["press"]}},
    ],
)
@pytest.mark.parametrize("prefix", [None, "who"])
def test_simple_rules_come_back_through_the_fields(parliament, criteria, prefix):
    Tag.objects.create(name="press")
    shown = CriteriaForm.from_criteria(criteria, prefix=prefix)
    assert shown.criteria() == criteria
    assert not shown["advanced"].value()
    sent = CriteriaForm(posted(shown), prefix=prefix)
    assert sent.is_valid(), sent.errors
    assert sent.criteria() == criteria


@pytest.mark.parametrize(
    "criteria",
    [
        {"any": [LIBE_FULL, {"country": ["IE"]}]},
        {"all": [LIBE_FULL, {"seat": {"committee": ["FEMM"]}}]},
        {"seat": {"committee": ["LIBE"], "role": ["vice_chair"]}},
        {"all": [{"country": ["IE"]}, {"not": {"all": [{"group": ["EPP"]}, {"country": ["FR"]}]}}]},
        {"all": [{"country": ["IE"]}, {"not": LIBE_FULL}]},
        {"not": {"language": ["fr"]}},
        {"all": []},
    ],
)
def test_nested_rules_come_back_as_json(parliament, criteria):
    shown = CriteriaForm.from_criteria(criteria)
    assert json.loads(shown["advanced"].value()) == criteria
    sent = CriteriaForm({"advanced": json.dumps(criteria)})
    assert sent.is_valid(), sent.errors
    assert sent.criteria() == criteria


def test_an_organisation_is_chosen_by_its_row(parliament):
    council = Organisation.objects.create(name="Council")
    form = CriteriaForm({"organisations": [str(council.pk)]})
    assert form.is_valid(), form.errors
    assert form.criteria() == {"organisation": [council.pk]}
    assert CriteriaForm(posted(CriteriaForm.from_criteria(form.criteria()))).is_valid()


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        ({}, "__all__", "Choose at least one condition."),
        ({"countries": ["XX"]}, "countries", "“XX” is not one of the choices."),
        ({"advanced": "{"}, "advanced", "This is not JSON"),
        ({"advanced": '{"seat": {"committee": ["LlBE"]}}'}, "advanced", "Did you mean LIBE?"),
        ({"advanced": "[" * 19_000}, "advanced", "This is not JSON"),
        ({"advanced": "{}"}, "advanced", "Choose at least one condition."),
        ({"advanced": '{"country": ["IE"]}', "countries": ["FR"]}, "__all__", "not both"),
        ({"advanced": '{"country": [NaN]}'}, "advanced", "cannot be a number"),
    ],
)
def test_what_cannot_be_used_gets_a_sentence(parliament, data, field, sentence):
    form = CriteriaForm(data)
    assert not form.is_valid()
    assert sentence in str(form.errors[field])
    assert form.criteria() == {}


def test_an_audience_may_leave_it_empty(parliament):
    form = CriteriaForm({}, may_be_empty=True)
    assert form.is_valid()
    assert form.criteria() == {}


def test_committees_show_how_many_people_sit_in_them(parliament, django_assert_max_num_queries):
    person = parliament.mep("A", seats=[("LIBE", "member"), ("LIBE", "coordinator")])
    parliament.mep("B", seats=[("LIBE", "substitute"), ("FEMM", "member")])
    person.mandates.update(ended_on="2026-01-01")
    with django_assert_max_num_queries(4):
        boxes = {box.value: box.count for box in CriteriaForm().committee_boxes()}
    assert boxes == {"LIBE": 1, "FEMM": 1, "EMPL": 0}


def test_criteria_that_are_normal_are_not_read_again(parliament, django_assert_num_queries):
    found = normalise({"group": ["PPE"]})
    with django_assert_num_queries(0):
        assert normalise(found) is found
