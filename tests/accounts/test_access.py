"""Closed by default: each route asks for what tests/accounts/access_matrix.py says, and gets it from each role."""

import pytest
from django.urls import reverse

from accounts.access import access_of
from accounts.roles import APPROVE, EDIT, PERMISSIONS, VIEW
from tests.accounts.access_matrix import ACCESS
from tests.accounts.routes import routes
from tests.factories import UserFactory

ROUTES = routes()
ROLES = ["viewer", "officer", "approver", "administrator"]


def test_every_route_stands_in_the_matrix():
    missing = {route.name: access_of(route.callback, route.url_name) for route in ROUTES if route.name not in ACCESS}
    assert not missing, f"Add these to tests/accounts/access_matrix.py: {missing}"


def test_the_matrix_names_no_route_that_is_gone():
    assert set(ACCESS) - {route.name for route in ROUTES} == set()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_each_view_asks_for_what_the_matrix_says(route):
    assert access_of(route.callback, route.url_name) == ACCESS.get(route.name, "not in the matrix")


def test_the_matrix_asks_only_for_permissions_that_a_role_carries():
    known = set().union(*PERMISSIONS.values())
    assert {access for access in ACCESS.values() if "." in access} <= known


@pytest.mark.django_db
@pytest.mark.parametrize("route", [r for r in ROUTES if ACCESS.get(r.name) != "public"], ids=lambda route: route.name)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_the_sign_in_page(client, route, method):
    answer = getattr(client, method)(route.address())
    if ACCESS.get(route.name, "") == "" and answer.status_code == 403:
        return  # closed to everybody: signing in would not help
    assert answer.status_code == 302, answer.status_code
    assert answer.url.startswith(reverse("account_login"))


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_it_carries_and_nothing_else(client, role):
    client.force_login(UserFactory(role=role))
    client.raise_request_exception = False
    wrong = []
    for route in ROUTES:
        access = ACCESS.get(route.name, "")
        if access in {"public", "signed in"}:
            continue
        answer = client.get(route.address(), headers={"accept": "text/html"})
        refused = answer.status_code == 403
        if refused != (access not in PERMISSIONS[role]):
            wrong.append(f"{route.name} ({access or 'nobody'}): {answer.status_code}")
        if answer.status_code >= 500:
            wrong.append(f"{route.name} broke: {answer.status_code}")
    assert not wrong, f"{role}: {wrong}"


@pytest.mark.django_db
def test_a_viewer_is_refused_on_every_page_that_changes_something(client, viewer):
    client.force_login(viewer)
    changing = [route for route in ROUTES if "." in ACCESS.get(route.name, "") and ACCESS[route.name] not in VIEW]
    assert len(changing) > 10
    opened = [route.name for route in changing if client.post(route.address()).status_code != 403]
    assert not opened


@pytest.mark.django_db
def test_every_colleague_opens_what_asks_only_for_a_sign_in(client):
    for role in ROLES:
        client.force_login(UserFactory(role=role))
        assert client.get(reverse("desk:settings")).status_code == 200


def test_a_view_that_says_nothing_opens_to_nobody(client, administrator, settings):
    settings.ROOT_URLCONF = "tests.accounts.unmarked_urls"
    client.force_login(administrator)
    assert client.get("/unmarked/").status_code == 403
    client.logout()
    assert client.get("/unmarked/").status_code == 302


def test_each_role_carries_what_the_one_before_it_carries():
    assert VIEW < EDIT < APPROVE < PERMISSIONS["administrator"]


def test_a_closed_account_carries_nothing(officer):
    officer.is_active = False
    assert not officer.has_perm("desk.view")
    assert officer.get_all_permissions() == set()
