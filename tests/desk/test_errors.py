"""Error pages: what happened, what is safe, what to do."""

import pytest
from django.test import Client
from django.urls import reverse

from desk.views.errors import broken


def test_an_unknown_address_ends_the_road(client, db):
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    assert "The road ends here" in answer.content.decode()


def test_a_role_that_may_not_is_told_which_role_it_has(client, viewer):
    client.force_login(viewer)
    answer = client.get(reverse("desk:team"))
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "This part is closed" in page
    assert "Vera Viewer (Viewer)" in page


def test_a_form_without_its_token_changes_nothing_and_says_what_to_do(officer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    answer = client.post(reverse("desk:settings"), {"name": "Somebody else", "language": "en"})
    assert answer.status_code == 403
    assert "The form was open for too long" in answer.content.decode()
    officer.refresh_from_db()
    assert officer.name == "Boris Editor"


def test_our_own_error_needs_no_database_and_gives_a_reference(rf, django_assert_num_queries):
    request = rf.get("/desk/", REQUEST_ID="abcdef123456")
    answer = broken(request)
    assert answer.status_code == 500
    page = answer.content.decode()
    assert "Something broke on our side" in page
    assert "abcdef123456" in page


def test_a_view_that_breaks_shows_that_page(client, administrator, monkeypatch):
    def explode(*args, **kwargs):
        raise RuntimeError("boom")

    monkeypatch.setattr("desk.views.team.User.objects.order_by", explode)
    client.force_login(administrator)
    client.raise_request_exception = False
    answer = client.get(reverse("desk:team"))
    assert answer.status_code == 500
    assert answer["X-Request-ID"] in answer.content.decode()
    assert "boom" not in answer.content.decode()


def test_without_its_stylesheet_the_page_still_stands(rf, monkeypatch):
    def missing(path):
        raise ValueError("no manifest")

    monkeypatch.setattr("desk.views.errors.static", missing)
    assert broken(rf.get("/")).status_code == 500


@pytest.mark.parametrize("path", ["/robots.txt"])
def test_search_engines_stay_out_of_the_workspace(client, db, path):
    text = client.get(path).content.decode()
    assert "Disallow: /desk/" in text
    assert "Disallow: /\n" not in text
