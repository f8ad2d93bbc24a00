"""Segments of four conditions over many contacts: what a live preview costs, and what the exact count would.

A live preview is the number of people, counted no further than 10,000, and the first 20 of them by name. Each figure
is the median of the rounds, in milliseconds, on a database where statistics are fresh.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.enqueue import SERVER
from benchmarks.rig.servers import postgres
from benchmarks.rig.usage import load as load_average
from benchmarks.stage import fresh_database, show

GOAL_MS, GOAL_SHARE = 100.0, 0.10
NOT_PRESS = {"not": {"tag": ["press"]}}
# Four conditions each, from rare to common, on every part of the vocabulary.
SEGMENTS: dict[str, list[dict[str, Any]]] = {
    "committee, group, country, tag": [
        {"seat": {"committee": ["LIBE", "FEMM", "EMPL"], "role": ["chair", "vice_chair", "member"]}},
        {"not": {"group": ["NI"]}},
        {"country": ["DE", "FR", "IT"]},
        {"not": {"tag": ["survey 2026"]}},
    ],
    "small country, its language, two tags": [
        {"country": ["MT", "IE"]},
        {"language": ["en"]},
        {"tag": ["newsletter reader", "training"]},
        NOT_PRESS,
    ],
    "rare tag, language, country, kind": [
        {"tag": ["speaker", "interpreter"]},
        {"language": ["fr", "de"]},
        {"country": ["FR", "BE", "DE", "AT"]},
        {"not": {"kind": ["mep"]}},
    ],
    "country against its language, tag": [
        {"country": ["DE"]},
        {"language": ["fr"]},
        {"tag": ["newsletter reader"]},
        NOT_PRESS,
    ],
    "subscribers, large country, language, tag": [
        {"kind": ["subscriber"]},
        {"country": ["DE"]},
        {"language": ["de"]},
        {"tag": ["training"]},
    ],
    "organisations, countries, language, tag": [
        {"organisation": "largest"},
        {"country": ["FR", "DE", "IT", "ES"]},
        {"not": {"language": ["it"]}},
        NOT_PRESS,
    ],
    "stakeholders, north, their languages": [
        {"kind": ["stakeholder"]},
        {"country": ["SE", "DK", "FI"]},
        {"language": ["sv", "da", "fi"]},
        {"not": {"tag": ["donor"]}},
    ],
    "most common tag, two countries, language": [
        {"tag": ["newsletter reader"]},
        {"country": ["DE"]},
        {"language": ["de"]},
        NOT_PRESS,
    ],
    "the issue's: committees, member countries, not written to": [
        {"seat": {"committee": ["LIBE", "FEMM"], "role": ["chair", "vice_chair", "member"]}},
        {"member_country": ["member"]},
        {"written": {"days": 14, "is": "no"}},
        {"blocked": ["no"]},
    ],
    "on a list, countries, tag, not written to": [
        {"list": ["Newsletter"]},
        {"country": ["SE", "DK", "FI"]},
        {"tag": ["training"]},
        {"written": {"days": 14, "is": "no"}},
    ],
    "received a letter, no reply, country, address": [
        {"received": {"mailing": ["BEN-2026-001"], "replied": "no"}},
        {"country": ["BE", "NL"]},
        {"address": ["there"]},
        {"bounced": {"is": "no"}},
    ],
    "kind of organisation, country, gender, never met": [
        {"organisation_kind": ["press", "institution"]},
        {"country": ["BE"]},
        {"gender": ["X", "F"]},
        {"interaction": {"kind": ["meeting", "call"], "is": "no"}},
    ],
    "nobody": [
        {"seat": {"committee": ["LIBE"], "role": ["chair"]}},
        {"country": ["MT"]},
        {"language": ["sv"]},
        {"tag": ["interpreter"]},
    ],
}


def main() -> None:
    """Load people, time every segment, and print one result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.database == "sqlite":
        os.environ.pop("DATABASE_URL", None)
        run(options)
    else:
        with postgres(*SERVER) as server:
            os.environ["DATABASE_URL"] = str(server["url"])
            run(options)


def run(options: argparse.Namespace) -> None:
    """Everything on one fresh database."""
    with fresh_database() as vendor:
        from django.core.management import call_command

        from benchmarks.rig.people import load, load_dealings

        call_command("load_reference", verbosity=0, stdout=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        load(options.people)
        load_dealings()
        rows = measure(options.people, options.rounds)
    slowest = max((row["answer_ms"] for row in rows if row["share"] <= GOAL_SHARE), default=0.0)
    found = {
        "benchmark": "segments",
        "database": vendor,
        "people": options.people,
        "rounds": options.rounds,
        "slowest_ms": slowest,
        "goal_ms": GOAL_MS,
        "load_average": load_average(),
    }
    if options.json:
        show(found | {"segments": rows}, as_json=True)
        return
    show(found, as_json=False)
    print(f"\n{'rows':>9} {'answer':>8} {'count':>8} {'exact':>8}  segment (plan), ms")
    for row in rows:
        figures = " ".join(f"{row[name]:8.1f}" for name in ("answer_ms", "count_ms", "exact_ms"))
        print(f"{row['rows']:9} {figures}  {row['name']} ({row['plan']})")


def measure(people: int, rounds: int) -> list[dict[str, Any]]:
    """Each segment's rows and times."""
    from contacts.criteria import normalise, resolve
    from contacts.models import Contact
    from contacts.models.people import MOST_COUNTED

    found = []
    for name, conditions in SEGMENTS.items():
        criteria = normalise({"all": [_filled(condition) for condition in conditions]})

        def count(criteria: Any = criteria) -> int:
            return resolve(criteria).count_up_to(MOST_COUNTED)

        def answer(criteria: Any = criteria) -> list[Contact]:
            _number, ids = resolve(criteria).glance(20)
            return list(Contact.objects.filter(pk__in=ids).with_seats())

        exact = resolve(criteria).count()
        found.append(
            {
                "name": name,
                "rows": exact,
                "share": round(exact / people, 4),
                "answer_ms": median_ms(answer, rounds),
                "count_ms": median_ms(count, rounds),
                "exact_ms": median_ms(lambda criteria=criteria: resolve(criteria).count(), rounds),
                "plan": top_node(resolve(criteria)),
            }
        )
    return found


def _filled(condition: dict[str, Any]) -> dict[str, Any]:
    """Puts the five largest organisations where a segment names them."""
    if condition.get("organisation") != "largest":
        return condition
    from django.db.models import Count

    from contacts.models import Organisation

    largest = Organisation.objects.annotate(people=Count("posts")).order_by("-people", "pk")
    return {"organisation": list(largest.values_list("pk", flat=True)[:5])}


def median_ms(function: Callable[[], Any], rounds: int) -> float:
    """The median of the wall times in milliseconds, after one call that warms the caches."""
    function()
    times = []
    for _round in range(rounds):
        started = time.perf_counter()
        function()
        times.append(time.perf_counter() - started)
    return round(statistics.median(times) * 1000, 1)


def top_node(people: Any) -> str:
    """The first node below the limit of the counting query's plan, in the database's own words."""
    from django.db import connection

    if connection.vendor == "sqlite":
        plan = people.order_by().values("pk").explain()
        return plan.splitlines()[0].split(" ", 3)[-1]
    plan = people.order_by().values("pk")[:10_001].explain()
    nodes = [line.partition("(")[0].strip(" ->") for line in plan.splitlines() if "(cost=" in line]
    return next((node for node in nodes if node not in ("Limit", "Aggregate")), "")


if __name__ == "__main__":
    main()
