"""Writing the ledger in one statement: INSERT … SELECT from an annotated query set of contacts."""

from typing import Any, ClassVar

from django.apps.registry import Apps
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import (
    Case,
    CharField,
    Exists,
    Expression,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, JSONArray, JSONObject, Trim, TruncDate
from django.utils import timezone

from contacts.languages import effective_country
from contacts.models import Body, Mandate, Membership, Subscription
from contacts.salutations import SalutationTable, closing_expression, opening_expression, shape_expression
from mailing.alternatives import choice_expression
from mailing.dispatch.failpoints import failpoint
from mailing.issues.material import topic_ids
from mailing.models import Delivery, Mailing
from mailing.reasons import subscription_of
from transport.message import ascii_address

# For one large statement: sorts and hashes get more memory, and nothing is compiled (it takes longer than it saves).
FOR_THIS_TRANSACTION = "SET LOCAL jit = off; SET LOCAL work_mem = '64MB'"


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


class Matched(models.Model):
    """One matched person inside the statement of the freeze: not a table, the name of its first part.

    What several columns of a delivery need is worked out there once, and not again in each of them.
    """

    email = models.CharField()
    email_key = models.CharField(null=True)
    email_digest = models.CharField()
    given_name = models.CharField()
    family_name = models.CharField()
    gender = models.CharField()
    given_language = models.CharField()
    skip_reason = models.CharField()
    shown_country = models.CharField()
    has_mandate = models.BooleanField()
    shape = models.CharField()

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        # Of no app: there is nothing to migrate.
        apps = Apps()
        app_label = "mailing"
        db_table = "mailing_matched"
        managed = False

    def __str__(self) -> str:
        return str(self.pk)


def context_expression(
    *,
    country: Expression | F | None = None,
    has_mandate: Q | None = None,
    shape: F | None = None,
    passages: JSONObject | None = None,
    own: dict[str, Any] | None = None,
) -> JSONObject:
    """A recipient's merge values; country, group and committees stay codes until rendering words them.

    Give what the query has worked out already: the country, whether there is an open mandate, the shape of the name.
    `passages` says which alternative passages a reader gets (mailing.alternatives), for letters that have any; `own` is
    what letters of some kind have besides.
    """
    table = SalutationTable()
    if has_mandate is None:
        has_mandate = Q(Exists(_open_mandates()))
    group = Coalesce(Subquery(_seats(Body.Kind.GROUP).values("body__code")[:1]), Value(""))
    return JSONObject(
        salutation=opening_expression(F("given_language"), table=table, shape=shape),
        closing=closing_expression(F("given_language"), table=table, shape=shape),
        given_name=F("given_name"),
        family_name=F("family_name"),
        name=Trim(Concat(F("given_name"), Value(" "), F("family_name"))),
        country=country or effective_country(),
        # Without a mandate there is no seat to look for.
        group=Case(When(has_mandate, then=group), default=Value(""), output_field=CharField()),
        committees=_committees(has_mandate),
        **({"passages": passages} if passages else {}),
        **(own or {}),
    )


def _open_mandates() -> QuerySet[Mandate]:
    found: QuerySet[Mandate] = Mandate.objects.open().filter(contact=OuterRef("pk"))
    return found


def _seats(kind: str) -> QuerySet[Membership]:
    """The open seats of the outer contact in bodies of a kind."""
    return Membership.objects.filter(
        mandate__contact=OuterRef("pk"), mandate__ended_on__isnull=True, ended_on__isnull=True, body__kind=kind
    ).order_by("body__code", "pk")


def _committees(has_mandate: Q) -> Expression:
    """Codes of the committees a person sits on in full; those of a substitute who sits on none in full."""

    def codes(condition: Q) -> Subquery:
        seats = _seats(Body.Kind.COMMITTEE).filter(condition).order_by()
        return Subquery(seats.values("mandate__contact").values_list(JSONList(F("body__code"))))

    substitute = Q(role=Membership.Role.SUBSTITUTE)
    nothing = Value([], output_field=JSONField())
    found = Coalesce(codes(~substitute), codes(substitute), nothing, output_field=JSONField())
    return AsJSON(Case(When(has_mandate, then=found), default=nothing, output_field=JSONField()))


def insert_deliveries(mailing: Mailing, people: QuerySet[Any]) -> None:
    """INSERT one delivery for each row of `people` (annotated by mailing.audience, in its order).

    Who is left out becomes a row as well, with the reason and without the address. One statement in two parts: who
    is matched, and from it the rows. Call it in a transaction.
    """
    inner = people.annotate(
        shown_country=effective_country(), has_mandate=Exists(_open_mandates()), shape=shape_expression()
    )
    names = [field.attname for field in Matched._meta.concrete_fields]
    try:
        matched, given = inner.values_list(*names).query.sql_with_params()
    except EmptyResultSet:
        return  # Rules that name nobody, whoever there is: there is nothing to ask the database.
    columns = _columns(mailing)
    selected = Matched.objects.order_by().annotate(**{f"col_{name}": value for name, value in columns.items()})
    rows, more = selected.values_list(*(f"col_{name}" for name in columns)).query.sql_with_params()
    quote = connection.ops.quote_name
    as_named, into = ", ".join(map(quote, names)), ", ".join(map(quote, ["public_id", *columns]))
    is_postgres = connection.vendor == "postgresql"
    new_id = "gen_random_uuid()" if is_postgres else "lower(hex(randomblob(16)))"
    with connection.cursor() as cursor:
        if is_postgres:
            cursor.execute(FOR_THIS_TRANSACTION)
        # The order of the ids is that of the preview. Nothing here comes from a person but the parameters.
        cursor.execute(
            f"WITH {quote(Matched._meta.db_table)} ({as_named}) AS ({matched}) "  # noqa: S608
            f"INSERT INTO {quote(Delivery._meta.db_table)} ({into}) SELECT {new_id}, people.* FROM ({rows}) AS people",
            [*given, *more],
        )
    failpoint("c0")


def thread_expression(mailing: Mailing) -> Expression | None:
    """The Message-IDs of the letters that a follow-up follows, to the outer contact (mailing.dispatch.threads).

    None for all other mailings. Where somebody did not get one, its place has only what stands behind the @-sign.
    """
    found = []
    for before in mailing.earlier:
        domain = ascii_address(before.sender.from_email).rpartition("@")[2]
        rows = Delivery.objects.filter(mailing=before, contact=OuterRef("pk"), status=Delivery.Status.SENT)
        known = Cast(Subquery(rows.order_by("pk").values("public_id")[:1]), TextField())
        found.append(Concat(known, Value(f"@{domain}"), output_field=TextField()))
    return JSONArray(*found) if found else None


def own_values(mailing: Mailing) -> dict[str, Any]:
    """What the rows of this mailing carry besides: the thread of a follow-up, what an issue's readers chose."""
    thread = thread_expression(mailing)
    return ({"thread": thread} if thread else {}) | issue_values(mailing)


def issue_values(mailing: Mailing) -> dict[str, Any]:
    """What an issue's reader has besides: the day they confirmed, and which of its topics they chose (their ids).

    Without topics in the issue its readers have none, so that all of them read one and the same.
    """
    if mailing.kind != Mailing.Kind.NEWSLETTER or not mailing.contact_list_id:
        return {}
    day = subscription_of(mailing).annotate(day=Cast(TruncDate("confirmed_at"), TextField())).values("day")[:1]
    found: dict[str, Any] = {"subscribed_on": Coalesce(Subquery(day), Value(""), output_field=TextField())}
    if topics := topic_ids(mailing):
        chosen = Subscription.topics.through.objects.filter(
            subscription__contact=OuterRef("pk"), subscription__contact_list=mailing.contact_list_id, topic__in=topics
        )
        rows = chosen.order_by().values("subscription__contact").values_list(JSONList(F("topic_id")))
        nothing = Value([], output_field=JSONField())
        found["topics"] = AsJSON(Coalesce(Subquery(rows), nothing, output_field=JSONField()))
    return found


def _columns(mailing: Mailing) -> dict[str, Any]:
    """What each column of a delivery gets from a row of Matched."""
    gets_it = Q(skip_reason="")
    context = context_expression(
        country=F("shown_country"),
        has_mandate=Q(has_mandate=True),
        shape=F("shape"),
        passages=choice_expression(mailing, country="shown_country"),
        own=own_values(mailing),
    )
    return {
        "mailing_id": Value(mailing.pk),
        "contact_id": F("pk"),
        "email": Case(When(gets_it, then=F("email")), default=Value(None), output_field=CharField(null=True)),
        "email_key": Case(When(gets_it, then=F("email_key")), default=Value(None), output_field=CharField(null=True)),
        "email_digest": F("email_digest"),
        "language": F("given_language"),
        "context": context,
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
