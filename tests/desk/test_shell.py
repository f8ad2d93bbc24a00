"""The frame around each page: navigation without dead links, language, the demo's banner, settings."""

import re

import pytest
from django.urls import resolve, reverse

from accounts.models import AuditEvent


@pytest.fixture
def home(client, officer):
    client.force_login(officer)
    return lambda: client.get(reverse("desk:home")).content.decode()


def test_the_navigation_holds_the_places_that_exist_and_no_others(home):
    rail = re.search(r'<nav aria-label="Main">(.*?)</nav>', home(), re.S).group(1)
    labels = [label.strip() for label in re.findall(r"</svg>\s*([^<]+)</a>", rail)]
    rooms = ["Statements", "Action plans", "Campaigns", "Letters", "Replies", "Newsletters", "Contacts"]
    assert labels == ["Desk", *rooms, "Settings"]
    for href in re.findall(r'<a href="(/[^"]*)"', rail):
        resolve(href)


def test_the_place_we_are_in_is_marked(home):
    rail = re.search(r'<nav aria-label="Main">(.*?)</nav>', home(), re.S).group(1)
    assert re.search(r'href="/desk/"\s+aria-current="page"', rail)
    assert rail.count("aria-current") == 1


def test_every_colleague_finds_settings_and_sign_out(home):
    page = home()
    assert "Signed in as Boris Editor" in page
    assert f'method="post" action="{reverse("account_logout")}"' in page


def test_the_page_can_be_skipped_into(home):
    page = home()
    assert '<a class="skip" href="#main">' in page
    assert '<main id="main" class="page">' in page


def test_the_demo_says_that_nothing_leaves_the_machine(home, settings):
    assert "nothing leaves this machine" not in home()
    settings.DEMO = True
    page = home()
    assert "Demo: everything here is made up and nothing leaves this machine." in page
    assert 'href="/outbox/"' in page


def test_pages_say_their_language(client, officer, settings, more_languages):
    client.force_login(officer)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    assert '<html lang="de" dir="ltr"' in client.get(reverse("desk:home")).content.decode()


def test_my_settings_change_my_name_and_language(client, officer, settings, more_languages):
    client.force_login(officer)
    answer = client.post(reverse("desk:settings"), {"name": "Boris the Editor", "language": "fr"})
    assert answer.url == reverse("desk:settings")
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "fr"
    officer.refresh_from_db()
    assert (officer.name, officer.language) == ("Boris the Editor", "fr")
    assert AuditEvent.objects.get().sentence == "changed their own settings"


def test_my_settings_refuse_an_empty_name_and_give_me_no_other_role(client, officer):
    client.force_login(officer)
    answer = client.post(reverse("desk:settings"), {"name": "", "language": "en", "role": "administrator"})
    assert "One thing to fix" in answer.content.decode()
    client.post(reverse("desk:settings"), {"name": "Boris", "language": "en", "role": "administrator"})
    officer.refresh_from_db()
    assert officer.role == "officer"


def test_htmx_evaluates_nothing_and_adds_no_style(home):
    assert '"includeIndicatorStyles": false, "allowEval": false' in home()


def test_the_styleguide_shows_every_component(client, viewer, settings):
    client.force_login(viewer)
    answer = client.get(reverse("desk:styleguide"))
    assert answer.status_code == 200
    used = {template.name for template in answer.templates if template.name}
    shown = {name for name in used if name.startswith("components/")}
    folder = settings.BASE_DIR / "templates" / "components"
    ours = {f"components/{name}.html" for name in COMPONENTS}
    assert ours <= {f"components/{path.name}" for path in folder.glob("*.html")}
    assert ours <= shown


COMPONENTS = [
    "bar",
    "brand",
    "empty",
    "error_summary",
    "field",
    "form",
    "hbars",
    "icon",
    "legend",
    "messages",
    "nav_item",
    "notice",
    "pager",
    "steps",
    "tag",
    "tile",
]
