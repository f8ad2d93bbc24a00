"""After an import the database knows at once how many people there are."""

import pytest
from django.db import connection

from contacts.imports.applying import count_rows
from contacts.models import Mandate
from tests.factories import MandateFactory


@pytest.mark.only_postgresql
def test_the_planner_is_told_of_new_rows(db):
    MandateFactory.create_batch(30)
    count_rows()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [Mandate._meta.db_table])
        assert cursor.fetchone()[0] == 30
