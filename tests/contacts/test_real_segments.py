"""On the real list of 2024-10-14 the segments have the sizes that the data's own README gives."""

import pytest
from django.core.management import call_command

from contacts.criteria import FULL_MEMBERS, resolve
from contacts.reference import load_reference

pytestmark = pytest.mark.django_db
FULL = ["--role", "chair", "--role", "vice_chair", "--role", "member"]


def seats(*codes):
    return [word for code in codes for word in ("--committee", code)]


def test_segments_of_2024_10_14_have_the_known_sizes(real_data, capsys, django_assert_max_num_queries):
    load_reference()
    file = real_data / "parltrack-derived" / "meps_2024-10-14.csv"
    call_command("import_contacts", file, "--mapping", "parltrack", "--apply", "--json")
    capsys.readouterr()

    def count(*options):
        call_command("count_segment", *options)
        return int(capsys.readouterr().out)

    assert count() == 718
    assert count(*seats("LIBE", "EMPL", "FEMM")) == 272
    assert count(*seats("LIBE", "EMPL", "FEMM"), *FULL) == 165
    assert count(*seats("LIBE", "EMPL", "BUDG"), *FULL) == 168
    assert count(*seats("LIBE", "EMPL", "FEMM"), "--role", "substitute", *FULL) == 272
    assert count("--country", "GR") == count("--country", "EL") > 0
    assert count("--group", "S&D") == count("--group", "SD") > 0
    with django_assert_max_num_queries(2):
        assert resolve({"seat": {"committee": ["LIBE", "EMPL", "BUDG"], "role": list(FULL_MEMBERS)}}).count() == 168
