"""SQL expressions this room needs and Django lacks."""

from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, Expression, Func


class Lookup(Func):
    """A table of constants in SQL: `CASE x WHEN key THEN value … ELSE default END`.

    The simple form of CASE, so that the database works `x` out once and not once a branch. Same on SQLite and
    PostgreSQL.
    """

    def __init__(self, expression: Any, table: Mapping[str, str], default: str = "", **extra: Any) -> None:
        super().__init__(expression, output_field=CharField(max_length=400), **extra)
        self.table = dict(table)
        self.default = default

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, Any]:
        """The CASE with every constant as a parameter."""
        source: Expression = self.get_source_expressions()[0]
        sql, params = compiler.compile(source)
        values = [text for pair in self.table.items() for text in pair]
        if not self.table:
            return "%s", [self.default]
        branches = " WHEN %s THEN %s" * len(self.table)
        return f"CASE {sql}{branches} ELSE %s END", [*params, *values, self.default]
