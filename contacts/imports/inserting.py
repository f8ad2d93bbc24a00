"""Writing many new rows at once: COPY on PostgreSQL, one prepared statement on SQLite.

`bulk_create` builds the SQL of each row anew; of a sheet of a hundred thousand people that is two thirds of the time.
The ids are taken first, so that rows of other tables can point to rows that are yet to be written. Triggers, checks and
unique keys hold as for any other row. Call it inside a transaction in which imports take turns.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

CHUNK = 1_000


def next_ids(model: type[models.Model], number: int) -> list[int]:
    """Take so many ids of a table. Nobody else gets them: a sequence gives each once, SQLite has one writer."""
    if not number:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, number]
            )
            return [pk for (pk,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    last = row[0] if row else 0
    return list(range(last + 1, last + 1 + number))


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of values, in the order of `columns` (attribute names such as "contact_id").

    Columns that are not named get the database's own default. Raises what the database refuses as Django's
    IntegrityError or DataError.
    """
    quote = connection.ops.quote_name
    fields = {field.attname: field for field in model._meta.concrete_fields}
    names = ", ".join(quote(str(fields[name].column)) for name in columns)
    table = quote(model._meta.db_table)
    if connection.vendor == "postgresql":
        copy_in = f"COPY {table} ({names}) FROM STDIN"
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(copy_in) as copy:
            for row in rows:
                copy.write_row([json.dumps(value) if type(value) is dict else value for value in row])
        return
    plain = [[_plain(value) for value in row] for row in rows]
    holders = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        for start in range(0, len(plain), CHUNK):
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({holders})",  # noqa: S608 - names of our own columns
                plain[start : start + CHUNK],
            )


def _plain(value: Any) -> Any:
    """A value as SQLite keeps it; most are text, and those are quickest."""
    kind = type(value)
    if kind is str or value is None:
        return value
    if kind is dict:
        return json.dumps(value)
    if kind is UUID:
        return value.hex
    if kind is datetime:
        return connection.ops.adapt_datetimefield_value(value)
    return value.isoformat() if kind is date else value


def insert_objects(model: type[models.Model], objects: Sequence[models.Model], columns: Sequence[str]) -> None:
    """Insert unsaved objects with their ids: those are set on the objects, which then count as saved."""
    for one, pk in zip(objects, next_ids(model, len(objects)), strict=True):
        one.pk = pk
    names = ["id", *columns]
    insert(model, names, ([getattr(one, name) for name in names] for one in objects))
    for one in objects:
        one._state.adding, one._state.db = False, connection.alias
