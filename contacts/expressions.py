"""SQL expressions this room needs and Django lacks."""

import json
from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, CharField, Expression, Func

# Up to so many branches a CASE is as fast as looking a key up.
FEW = 8


class Lookup(Func):
    """A table of constants in SQL: `CASE x WHEN key THEN value … ELSE default END`.

    The simple form of CASE, so that the database works `x` out once and not once a branch. A long table is one JSON
    constant on PostgreSQL, whose keys are found by halving: a CASE of 400 branches compares 200 times a row.
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

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """`COALESCE(table ->> x, default)` for a table of more than a few rows."""
        if len(self.table) <= FEW:
            return self.as_sql(compiler, connection)
        sql, params = compiler.compile(self.get_source_expressions()[0])
        constant = json.dumps(self.table, ensure_ascii=False)
        return f"COALESCE(%s::jsonb ->> ({sql}), %s)", [constant, *params, self.default]


class OneOf(Func):
    """Whether a column's value is among those of a Subquery that does not look at the outer row: a condition.

    PostgreSQL reads the subquery once, into an array. Written as IN it may be joined instead, and where the planner
    believes a table to be almost empty (statistics come up to a minute after an import) be read again for each row.
    """

    output_field = BooleanField()
    arity = 2

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, Any]:
        """`column IN (SELECT …)`."""
        return super().as_sql(compiler, connection, template="%(expressions)s", arg_joiner=" IN ", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """`column = ANY(ARRAY(SELECT …))`."""
        return super().as_sql(compiler, connection, template="%(expressions)s)", arg_joiner=" = ANY(ARRAY", **extra)
