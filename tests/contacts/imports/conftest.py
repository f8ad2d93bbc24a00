"""Fixtures of the tests of imports."""

import pytest


@pytest.fixture
def desk(client, officer):
    client.force_login(officer)
    return client
