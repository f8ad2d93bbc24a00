"""DOMAIN_PACE is a list of domains with messages a minute; a typo stops the start."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


def test_it_reads_domains_in_small_letters():
    assert env.paces("X", ["Gmail.com=300", " outlook.com = 12.5 "]) == {"gmail.com": 300.0, "outlook.com": 12.5}
    assert env.paces("X", []) == {}


@pytest.mark.parametrize("pair", ["gmail.com", "gmail.com=", "gmail.com=fast", "=300", "gmail.com=0", "a=-1", "a=inf"])
def test_it_refuses_what_is_no_pace(pair):
    with pytest.raises(ImproperlyConfigured, match=r"SOME_PACE is a list such as gmail\.com=300"):
        env.paces("SOME_PACE", [pair])
