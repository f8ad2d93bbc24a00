"""Every page with an address of its own stands whatever is asked of it: a sign that no database holds, and nonsense."""

import re

import pytest
from django.urls import URLPattern, get_resolver

pytestmark = pytest.mark.django_db

NAMES = """
q state list lang person text tab show kind type country belongs campaign plan to segment letter role stance year
language organisation from by part sorted thrown topics as owner status theme page
"""


def pages(patterns, before=""):
    """The path of every page that is no regular expression, with the places for values as they are written."""
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if "(" in path or "\\" in path or "^" in path:
            continue
        if isinstance(pattern, URLPattern):
            yield f"/{path}"
        else:
            yield from pages(pattern.url_patterns, path)


EVERY = sorted(set(pages(get_resolver().url_patterns)))
STAFF = [path for path in EVERY if path.startswith("/desk/") and "<" not in path]
# Routes with a free text in them, with a NUL in its place.
VALUES = {"int": "1", "slug": "a", "uuid": "00000000-0000-0000-0000-000000000000", "str": "%00", "path": "%00"}
WITH_NUL = [re.sub(r"<(?:(\w+):)?\w+>", lambda hit: VALUES[hit[1] or "str"], path) for path in EVERY]
WITH_NUL = [path for path in WITH_NUL if "%00" in path]
PUBLIC = ["/en/statements/", "/en/newsletter/", "/en/subscribe/"]


def test_there_are_pages_to_ask():
    assert len(STAFF) > 60
    assert {"/desk/letters/", "/desk/letters/new/earlier/", "/desk/newsletters/", "/desk/contacts/"} <= set(STAFF)


@pytest.mark.parametrize("value", ["%00", "a%00b", "%ED%A0%80", "9" * 40, "%25", "%5C"])
def test_no_search_breaks_a_page(client, administrator, value):
    client.force_login(administrator)
    client.raise_request_exception = False
    query = "&".join(f"{name}={value}" for name in NAMES.split())
    found = {path: client.get(f"{path}?{query}").status_code for path in STAFF + PUBLIC}
    broken = {path: status for path, status in found.items() if status >= 500}
    assert not broken
    assert found["/desk/letters/"] == 200
    assert found["/desk/newsletters/"] == 200


@pytest.mark.parametrize("way", ["get", "post"])
def test_no_address_with_a_nul_in_it_breaks_a_page(client, administrator, way):
    client.force_login(administrator)
    client.raise_request_exception = False
    found = {path: getattr(client, way)(path).status_code for path in WITH_NUL}
    assert len(found) > 60
    assert not {path: status for path, status in found.items() if not 400 <= status < 500}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/desk/letters/new/earlier/", "letter"),
        ("/desk/letters/new/plan/", "plan"),
        ("/desk/letters/new/asks/", "ask"),
        ("/desk/newsletters/new/", "contact_list"),
        ("/desk/newsletters/new/", "earlier"),
    ],
)
def test_no_choice_that_is_not_there_breaks_a_page(client, officer, path, name):
    client.force_login(officer)
    answer = client.post(path, {name: "x\0y", "title": "T", "language": "en", "from": "earlier"})
    assert answer.status_code in (200, 302, 404, 422)
