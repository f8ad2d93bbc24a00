"""A segment in numbers: how many, the arithmetic, who could be written to, and who they are."""

from typing import Any

from django.db.models import Case, Count, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.counting import Countable, count_more, most, words_for
from contacts.criteria import Arithmetic, Step, condition, describe, reason, resolve, why_empty
from contacts.criteria.fields.people import blocked
from contacts.criteria.vocabulary import NormalCriteria
from contacts.forms.builder import Builder
from contacts.languages import country_name, effective_country, effective_language, language_name
from contacts.models import Body, Contact, Membership, Suppression
from contacts.models.people import ContactQuerySet
from contacts.picking import Picks

# People named beside a live count.
FIRST = 20
BREAKDOWNS = ("group", "country", "language", "address")


def people_of(criteria: dict[str, Any], picks: Picks) -> ContactQuerySet:
    """The people of a rule and of what was picked by hand, as one query."""
    return resolve(criteria, added=picks.added, removed=picks.removed)


def summed(criteria: NormalCriteria, picks: Picks, builder: Builder | None = None) -> dict[str, Any]:
    """Number, arithmetic and reason for contacts/_count.html; the lines of a builder get their own numbers.

    One counting statement, in which nothing is counted beyond the limit of pages. Among very many contacts the
    arithmetic and what a letter would reach are left away: each is another pass over the whole segment.
    """
    people, rule = people_of(criteria, picks), resolve(criteria)
    arithmetic = Arithmetic(criteria)
    nodes = [node for node in builder.nodes() if node.node is not None] if builder else []
    always: list[Countable] = [people, *(condition(node.node or {}, words=criteria.words) for node in nodes)]
    reach: list[Countable] = [
        people.filter(email_key=None),
        people.filter(blocked(reason=Suppression.Reason.OBJECTION)),
        people.filter(blocked()),
        people.filter(~Q(blocked()), email_key__isnull=False),
    ]
    by_hand: list[Countable] = [rule, rule.filter(pk__in=picks.removed)] if picks else []
    (number, *alone), more = count_more(always, [*arithmetic.matches, *reach, *by_hand])
    for node, found in zip(nodes, alone, strict=True):
        node.number = found
    if builder:
        builder.root.number = number
    steps = arithmetic.steps(more or []) if more is not None else []
    shown = _shown(number, criteria, steps)
    if more is not None:
        rest = more[len(arithmetic.matches) :]
        shown |= _reached(*rest[:4]) | _by_hand(number, rest[4:])
    if not number:
        shown["reason"] = (reason(arithmetic, steps) if more is not None else why_empty(criteria)) or _nobody()
    return shown


def _shown(number: int, criteria: NormalCriteria, steps: list[Step]) -> dict[str, Any]:
    before = [0, *(step.left for step in steps)]
    return {
        "number": number,
        "in_words": words_for(number) if number > most() else "",
        "sentence": describe(criteria) if criteria else "",
        "lines": [(step, before[n] - step.left if n else step.left) for n, step in enumerate(steps)],
        "reason": "",
        "counted_at": timezone.now(),
    }


def _by_hand(total: int, numbers: list[int]) -> dict[str, Any]:
    """How many people the picks bring and take: those whom the rule gives anyway count for nothing."""
    if not numbers:
        return {}
    rule, removed = numbers
    return {"by_hand": True, "added_by_hand": total - rule + removed, "removed_by_hand": removed}


def _reached(no_address: int, objected: int, stopped: int, reached: int) -> dict[str, Any]:
    """Whom a letter would not reach, and how many it would."""
    return {"no_address": no_address, "objected": objected, "stopped": stopped - objected, "reached": reached}


def _nobody() -> str:
    return "" if Contact.objects.living().exists() else _("There are no contacts yet. Import some first.")


def first_of(people: ContactQuerySet, number: int) -> list[Contact]:
    """The first 20 by name of so many; one query. Few are found first and then sorted, as in `glance`."""
    if number <= most():
        people = Contact.objects.filter(pk__in=people.order_by().values("pk")[: most() + 1])
    return list(people.order_by("sort_key", "pk")[:FIRST])


def breakdown_words() -> list[tuple[str, str]]:
    """The ways to break a segment down, with their words."""
    words = [_("Group"), _("Country"), _("Language"), _("Address")]
    return list(zip(BREAKDOWNS, words, strict=True))


def bars(people: ContactQuerySet, by: str) -> list[dict[str, Any]]:
    """Numbers of people by group, country, language or address, most first; one query."""
    if by == "group":
        rows = _by_group(people)
    elif by == "address":
        has = Case(When(email_key__isnull=True, then=Value("")), default=Value("there"))
        found = people.order_by().values_list(has).annotate(number=Count("pk")).order_by("-number")
        rows = [(_("Has an address") if there else _("No address"), number) for there, number in found]
    else:
        column = effective_country() if by == "country" else effective_language()
        words = country_name if by == "country" else language_name
        found = people.order_by().annotate(shown=column).values_list("shown").annotate(number=Count("pk"))
        rows = [(words(code) or _("No country"), number) for code, number in found.order_by("-number", "shown")]
    longest = rows[0][1] if rows else 1
    return [{"label": label, "value": number, "total": longest} for label, number in rows]


def _by_group(people: ContactQuerySet) -> list[tuple[str, int]]:
    seats = Membership.objects.filter(
        body__kind=Body.Kind.GROUP,
        ended_on__isnull=True,
        mandate__ended_on__isnull=True,
        mandate__contact__in=people.order_by().values("pk"),
    )
    found = seats.values(label=F("body__short_name"), code=F("body__code")).annotate(number=Count("pk"))
    return [(row["label"] or row["code"], row["number"]) for row in found.order_by("-number", "code")]
