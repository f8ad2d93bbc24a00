"""What travels with each page: the strict policy, no storing, a request id; and templates that keep to it."""

import re
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.urls import reverse

TEMPLATES = Path(configured.BASE_DIR) / "templates"
PAGES = [path for path in sorted(TEMPLATES.rglob("*.html")) if "emails" not in path.parts]
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-src 'self'",
    "frame-ancestors 'none'",
}


def policy(answer):
    return {part.strip() for part in answer["Content-Security-Policy"].split(";")}


@pytest.mark.parametrize("name", ["home", "search", "styleguide", "settings", "team", "audit"])
def test_pages_of_the_workspace_carry_the_strict_policy_and_are_not_stored(client, administrator, name):
    client.force_login(administrator)
    answer = client.get(reverse(f"desk:{name}"))
    assert answer.status_code == 200
    assert policy(answer) == POLICY
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_the_sign_in_page_carries_it_too(client, db):
    assert policy(client.get(reverse("account_login"))) == POLICY


def test_error_pages_carry_it_too(client, db):
    assert policy(client.get("/nothing/here/")) == POLICY


def test_a_request_id_comes_back_and_a_harmful_one_is_replaced(client, db):
    assert client.get("/healthz", headers={"X-Request-ID": "abcdef-123456"})["X-Request-ID"] == "abcdef-123456"
    made = client.get("/healthz", headers={"X-Request-ID": "x\ny: injected"})["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", made)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_holds_what_the_policy_forbids(page):
    text = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", page.read_text(encoding="utf-8"), flags=re.S)
    assert not re.search(r"<[^>]*\sstyle\s*=", text), "a style attribute"
    assert not re.search(r"<style\b", text), "a style element"
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "an inline script"
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text), "an event attribute"
    assert not re.search(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", text), "something from another host"
    assert "javascript:" not in text


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_comment_of_a_template_runs_over_a_line_end_and_so_shows(page):
    assert not re.search(r"\{#(?!.*#\})", page.read_text(encoding="utf-8"))


def test_there_are_templates_to_look_at():
    assert len(PAGES) > 30
