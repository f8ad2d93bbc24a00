"""Writing the ledger in one statement: INSERT … SELECT from an annotated query set of contacts."""

from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Expression,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, JSONObject, Trim
from django.utils import timezone

from contacts.languages import effective_country
from contacts.models import Body, Membership
from contacts.salutations import SalutationTable, closing_expression, opening_expression
from mailing.dispatch.failpoints import failpoint
from mailing.models import Delivery, Mailing


class JSONList(Func):
    """A JSON array of a column over a group of rows: json_group_array on SQLite, jsonb_agg on PostgreSQL."""

    function = "jsonb_agg"
    template = "%(function)s(DISTINCT %(expressions)s)"
    output_field = JSONField()
    contains_aggregate = True

    def get_group_by_cols(self) -> list[Any]:
        """An aggregate is not grouped by."""
        return []

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite's name for it."""
        return self.as_sql(compiler, connection, function="json_group_array", **context)


class AsJSON(Func):
    """Marks text as JSON, so that SQLite's json_object nests it; PostgreSQL's subquery is jsonb already."""

    output_field = JSONField()
    arity = 1

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """json(text)."""
        return self.as_sql(compiler, connection, template="json(%(expressions)s)", **context)


def context_expression() -> JSONObject:
    """A recipient's merge values; country, group and committees stay codes until rendering words them."""
    table = SalutationTable()
    return JSONObject(
        salutation=opening_expression(F("given_language"), table=table),
        closing=closing_expression(F("given_language"), table=table),
        given_name=F("given_name"),
        family_name=F("family_name"),
        name=Trim(Concat(F("given_name"), Value(" "), F("family_name"))),
        country=effective_country(),
        group=Coalesce(Subquery(_seats(Body.Kind.GROUP).values("body__code")[:1]), Value("")),
        committees=_committees(),
    )


def _seats(kind: str) -> QuerySet[Membership]:
    """The open seats of the outer contact in bodies of a kind."""
    return Membership.objects.filter(
        mandate__contact=OuterRef("pk"), mandate__ended_on__isnull=True, ended_on__isnull=True, body__kind=kind
    ).order_by("body__code", "pk")


def _committees() -> Expression:
    """Codes of the committees a person sits on in full; those of a substitute who sits on none in full."""

    def codes(condition: Q) -> Subquery:
        seats = _seats(Body.Kind.COMMITTEE).filter(condition).order_by()
        return Subquery(seats.values("mandate__contact").values_list(JSONList(F("body__code"))))

    substitute = Q(role=Membership.Role.SUBSTITUTE)
    nothing = Value([], output_field=JSONField())
    return AsJSON(Coalesce(codes(~substitute), codes(substitute), nothing, output_field=JSONField()))


def insert_deliveries(mailing: Mailing, people: QuerySet[Any]) -> None:
    """INSERT one delivery for each row of `people` (annotated by mailing.audience). Call it in a transaction.

    Who is left out becomes a row as well, with the reason and without the address.
    """
    gets_it = Q(skip_reason="")
    columns: dict[str, Any] = {
        "mailing_id": Value(mailing.pk),
        "contact_id": F("pk"),
        "email": Case(When(gets_it, then=F("email")), default=Value(None), output_field=CharField(null=True)),
        "email_key": Case(When(gets_it, then=F("email_key")), default=Value(None), output_field=CharField(null=True)),
        "email_digest": F("email_digest"),
        "language": F("given_language"),
        "context": F("context"),
        "status": Case(
            When(gets_it, then=Value(Delivery.Status.QUEUED.value)),
            default=Value(Delivery.Status.SKIPPED.value),
            output_field=CharField(),
        ),
        "skip_reason": F("skip_reason"),
        "error_kind": Value(""),
        "error_code": Value(""),
        "error_detail": Value(""),
        "content_digest": Value(""),
        "attempts": Value(0),
        "queued_at": Value(timezone.now()),
    }
    selected = people.order_by("sort_key", "pk").annotate(**{f"col_{name}": value for name, value in columns.items()})
    sql, parameters = selected.values_list(*(f"col_{name}" for name in columns)).query.sql_with_params()
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in ["public_id", *columns])
    new_id = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    with connection.cursor() as cursor:
        # The order of the ids is that of the preview. Nothing here comes from a person but the parameters.
        cursor.execute(
            f"INSERT INTO {quote(Delivery._meta.db_table)} ({names}) SELECT {new_id}, people.* FROM ({sql}) AS people",  # noqa: S608
            parameters,
        )
    failpoint("c0")
