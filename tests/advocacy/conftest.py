"""A statement somebody wrote, and ways to move it along."""

import pytest

from advocacy import publishing
from tests.factories import StatementFactory, StatementTextFactory


@pytest.fixture
def statement(officer):
    row = StatementFactory(author=officer, slug="compensation-is-a-right")
    StatementTextFactory(statement=row, changed_by=officer)
    return row


@pytest.fixture
def in_review(statement, officer, approver):
    publishing.submit(statement, actor=officer)
    return statement


@pytest.fixture
def approved(in_review, approver):
    publishing.approve(in_review, actor=approver)
    return in_review


@pytest.fixture
def published(approved, officer):
    publishing.publish(approved, actor=officer)
    return approved


@pytest.fixture
def sign_in(client):
    """Sign a colleague in and give the client."""

    def enter(user):
        client.force_login(user, backend="accounts.backends.SignInBackend")
        return client

    return enter
