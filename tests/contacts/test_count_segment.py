"""count_segment prints one number and nothing else."""

import json

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(parliament):
    parliament.mep("A", country="IE", group="EPP", seats=[("LIBE", "chair"), ("FEMM", "substitute")])
    parliament.mep("B", country="FR", group="SD", seats=[("FEMM", "member")])
    parliament.mep("C", country="GR", group="EPP")


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ([], 3),
        (["--country", "IE", "--country", "fr"], 2),
        (["--country", "EL"], 1),
        (["--group", "PPE"], 2),
        (["--committee", "LIBE", "--committee", "FEMM"], 2),
        (["--committee", "FEMM", "--role", "member"], 1),
        (["--committee", "FEMM", "--role", "chair"], 0),
        (["--role", "chair", "--role", "member"], 2),
        (["--language", "en", "--language", "el"], 2),
        (["--group", "EPP", "--country", "IE", "--committee", "LIBE"], 1),
    ],
)
def test_values_are_alternatives_and_options_narrow(people, capsys, options, number):
    call_command("count_segment", *options)
    assert capsys.readouterr().out == f"{number}\n"


def test_json_is_one_object_on_one_line(people, capsys):
    call_command("count_segment", "--committee", "libe", "--json")
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {
        "count": 1,
        "criteria": {"all": [{"seat": {"committee": ["LIBE"]}}]},
        "sentence": "Members and substitutes of LIBE",
    }


def test_an_unknown_code_is_refused_with_the_nearest_known_one(people):
    with pytest.raises(CommandError, match=r"“LlBE” is not a committee\. Did you mean LIBE\?"):
        call_command("count_segment", "--committee", "LlBE")
    assert CommandError("x").returncode == 1
