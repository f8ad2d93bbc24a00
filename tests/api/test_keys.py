"""A key of the API does what its scopes name and its owner may, while it is good; nothing else, and nobody reads it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import AuditEvent
from desk.api import auth, tokens
from desk.models import ApiToken
from desk.models.api import Scope
from tests.api.rows import bearer, key_of, open_list, subscribed
from tests.factories import ContactFactory, UserFactory

pytestmark = pytest.mark.django_db
# Every call that asks for a key, and the scope it asks for.
CALLS = [
    ("get", "contacts", "contacts:read"),
    ("get", "contacts/{contact}", "contacts:read"),
    ("post", "contacts", "contacts:write"),
    ("patch", "contacts/{contact}", "contacts:write"),
    ("get", "subscriptions", "subscriptions:read"),
    ("get", "subscriptions/{subscription}", "subscriptions:read"),
    ("post", "subscriptions", "subscriptions:write"),
    ("post", "subscriptions/{subscription}/end", "subscriptions:write"),
    ("get", "mailings", "mailings:read"),
    ("get", "mailings/TST-2026-001", "mailings:read"),
]


@pytest.fixture
def address(db):
    row = subscribed(open_list())
    return lambda path: "/api/v1/" + path.format(contact=row.contact.public_id, subscription=row.pk)


def called(client, method, address, key=None):
    headers = bearer(key) if key else {}
    more = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
    return getattr(client, method)(address, headers=headers, **more)


@pytest.mark.parametrize("scope", Scope.values)
def test_a_key_opens_what_its_scope_names_and_nothing_else(client, administrator, address, scope):
    key = key_of(administrator, scope)
    opened = [
        (method, path) for method, path, _ in CALLS if called(client, method, address(path), key).status_code != 403
    ]
    assert opened == [(method, path) for method, path, needed in CALLS if needed == scope]


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_without_a_key_there_is_nothing(client, address, method, path, scope):
    answer = called(client, method, address(path))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"


def test_the_list_of_calls_above_is_all_there_are_that_ask_for_a_key():
    from desk.api.v1 import schema

    found = {
        (method, path.removeprefix("/api/v1/"))
        for path, operations in schema()["paths"].items()
        for method, operation in operations.items()
        if operation.get("security")
    }
    names = {"{contact}": "{public_id}", "{subscription}": "{number}", "TST-2026-001": "{reference}"}
    here = set()
    for method, path, _scope in CALLS:
        for ours, theirs in names.items():
            path = path.replace(ours, theirs)
        here.add((method, path))
    assert found == here


def test_a_key_is_kept_as_a_digest_and_told_in_the_trail_without_itself(administrator):
    _token, key = tokens.make(administrator, name="Website", scopes=[Scope.CONTACTS_READ])
    assert key.startswith("dmr_")
    kept = repr(list(ApiToken.objects.values())) + repr(list(AuditEvent.objects.values()))
    assert key.rpartition("_")[2] not in kept
    assert AuditEvent.objects.filter(sentence="made the API key “Website” for contacts:read").count() == 1


def test_only_an_administrator_makes_one(approver):
    with pytest.raises(PermissionDenied):
        key_of(approver)


def test_a_key_that_was_taken_back_is_refused_at_once(client, administrator):
    token, key = tokens.make(administrator, name="Website", scopes=Scope.values)
    assert called(client, "get", "/api/v1/contacts", key).status_code == 200
    assert tokens.revoke(token, actor=administrator)
    assert not tokens.revoke(token, actor=administrator)
    assert called(client, "get", "/api/v1/contacts", key).status_code == 401


def test_a_key_ends_after_its_last_day(client, administrator):
    today = timezone.localdate()
    assert called(client, "get", "/api/v1/contacts", key_of(administrator, expires_on=today)).status_code == 200
    over = key_of(administrator, expires_on=today - timedelta(days=1))
    assert called(client, "get", "/api/v1/contacts", over).status_code == 401


def test_the_keys_of_a_closed_account_stop(client, administrator):
    key = key_of(administrator)
    type(administrator).objects.filter(pk=administrator.pk).update(is_active=False)
    assert called(client, "get", "/api/v1/contacts", key).status_code == 401


def test_a_key_does_no_more_than_its_owner_may_now(client, administrator, address):
    key = key_of(administrator)
    type(administrator).objects.filter(pk=administrator.pk).update(role="viewer")
    UserFactory(role="administrator")
    type(administrator).objects.filter(pk=administrator.pk).update(role="viewer")
    refused = [path for method, path, _ in CALLS if called(client, method, address(path), key).status_code == 403]
    assert refused == ["contacts", "contacts/{contact}", "subscriptions", "subscriptions/{subscription}/end"]


def test_a_stranger_in_the_house_sees_nobody(client, administrator):
    key = key_of(administrator)
    administrator.affiliations.all().delete()
    type(administrator).objects.filter(pk=administrator.pk).update(role="officer")
    assert called(client, "get", "/api/v1/contacts", key).status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer dmr_",
        "Bearer dmr_000000000000_",
        "Bearer dmr_é_x",
        "Basic YTpi",
        "Bearer " + "x" * 5000,
        "bearer dmr_000000000000_" + "a" * 43,
        "Bearer dmr_%00_x",
    ],
)
def test_a_strange_header_is_refused_and_breaks_nothing(client, header):
    assert client.get("/api/v1/contacts", headers={"authorization": header}).status_code == 401


def test_a_key_with_another_secret_behind_its_prefix_is_refused(client, administrator):
    key = key_of(administrator)
    assert called(client, "get", "/api/v1/contacts", key[:-2] + "zz").status_code == 401


def test_wrong_keys_are_limited_and_good_ones_are_not_held_up_by_them(client, administrator, monkeypatch):
    key = key_of(administrator)
    monkeypatch.setattr(auth, "MOST_WRONG", 3)
    answers = [called(client, "get", "/api/v1/contacts", "dmr_000000000000_x").status_code for _ in range(5)]
    assert answers == [401, 401, 401, 429, 429]
    assert called(client, "get", "/api/v1/contacts", key).status_code == 200


def test_too_many_calls_wait(client, administrator, monkeypatch):
    ContactFactory()
    monkeypatch.setattr(auth, "MOST_BY_TOKEN", 2)
    key, other = key_of(administrator), key_of(administrator)
    answers = [called(client, "get", "/api/v1/contacts", key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 61
    assert called(client, "get", "/api/v1/contacts", other).status_code == 200


def test_the_day_of_the_last_use_is_noted_and_no_more(client, administrator):
    key = key_of(administrator)
    called(client, "get", "/api/v1/contacts", key)
    assert ApiToken.objects.get().last_used_on == timezone.localdate()
