"""The API keeps what its description promises, whatever is sent, as whoever sends it; nothing secret comes out.

API_EXAMPLES=500 makes the run long.
"""

import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from desk.api import auth, edge
from desk.api.v1 import schema
from desk.models.api import Scope
from tests.api.rows import HIDDEN, hidden_statement, key_of, open_list, published_plan, published_statement, subscribed
from tests.canaries.rows import plant, traces
from tests.factories import UserFactory
from tests.letters import letter_being_sent

EXAMPLES = int(os.environ.get("API_EXAMPLES", "6"))
pytestmark = pytest.mark.django_db
ROLES = ["nobody", "viewer", "officer", "administrator", *Scope.values]
api = schemathesis.openapi.from_dict(schema())
api.app = get_wsgi_application()


def test_the_description_is_openapi_3_1():
    found = schema()
    assert found["openapi"].startswith("3.1.")
    api.validate()


def test_every_call_has_a_sentence_and_says_what_too_many_calls_get():
    for path, operations in schema()["paths"].items():
        for method, operation in operations.items():
            assert operation["description"].endswith((".", "null.")), (method, path)
            assert operation["responses"][429]["headers"]["Retry-After"]
            for status, response in operation["responses"].items():
                kinds = set(response["content"])
                assert (kinds == {"application/problem+json"}) == (int(status) >= 400), (method, path, status)


@pytest.fixture
def connection_stays(db):
    """Served as by a real server, a request would close the connection that the test's transaction is on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def rows(connection_stays, monkeypatch):
    monkeypatch.setattr(edge, "MOST_BY_VISITOR", 10**9)
    monkeypatch.setattr(auth, "MOST_BY_TOKEN", 10**9)
    monkeypatch.setattr(auth, "MOST_WRONG", 10**9)
    plant()
    published_statement(reference="TST-S-2026-900")
    hidden_statement()
    published_plan()
    subscribed(open_list())
    letter_being_sent(2)


@pytest.fixture
def headers(rows, administrator, request):
    role = request.getfixturevalue("role")
    if role == "nobody":
        return {}
    owner = UserFactory(role="administrator")
    key = key_of(owner, *([role] if role in Scope.values else []))
    if role in ("viewer", "officer"):
        type(owner).objects.filter(pk=owner.pk).update(role=role)
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize("role", ROLES)
def test_whatever_is_sent_is_answered_as_promised_and_leaks_nothing(role, headers):
    for operation in api.get_all_operations():
        _hammer(operation.ok(), headers)


def _hammer(operation, headers):
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize="API_EXAMPLES" not in os.environ,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def one(case):
        response = case.call(headers=headers)
        assert response.status_code < 500, response.text
        # Some rules stand in no schema: which languages there are, that a name or an address is needed.
        case.validate_response(response, headers=headers, excluded_checks=[positive_data_acceptance])
        assert not traces(response.content)
        assert HIDDEN.encode() not in response.content

    one()
