"""Tables that only grow: database triggers refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL)."""

from typing import Any

from django.db import connections, migrations

# Every append-only table; tests drop and restore the triggers around a flush.
TABLES: list[str] = []


def install_sql(vendor: str, table: str) -> list[str]:
    """Statements that make `table` append-only on a database of this vendor."""
    refusal = f"{table} is append-only"
    if vendor == "postgresql":
        function = f"{table}_append_only"
        return [
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$",
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {function}()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def remove_sql(vendor: str, table: str) -> list[str]:
    """Statements that take the triggers away again."""
    if vendor == "postgresql":
        return [
            f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
            f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
        ]
    return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in ("update", "delete")]


def set_triggers(alias: str, *, installed: bool) -> None:
    """Install or remove the triggers of all append-only tables; for tests that must empty them."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        for table in TABLES:
            for statement in remove_sql(connection.vendor, table):
                cursor.execute(statement)
            if installed:
                for statement in install_sql(connection.vendor, table):
                    cursor.execute(statement)


def append_only(table: str) -> migrations.RunPython:
    """The migration operation that makes a table append-only."""
    if table not in TABLES:
        TABLES.append(table)

    def install(apps: Any, editor: Any) -> None:
        for statement in install_sql(editor.connection.vendor, table):
            editor.execute(statement, params=None)

    def remove(apps: Any, editor: Any) -> None:
        for statement in remove_sql(editor.connection.vendor, table):
            editor.execute(statement, params=None)

    return migrations.RunPython(install, remove)


def append_only_again(table: str) -> migrations.RunPython:
    """The operation after a change of the table's columns or constraints: SQLite rebuilds it, without its triggers."""

    def install(apps: Any, editor: Any) -> None:
        for statement in remove_sql(editor.connection.vendor, table) + install_sql(editor.connection.vendor, table):
            editor.execute(statement, params=None)

    return migrations.RunPython(install, migrations.RunPython.noop)
