"""From each round's raw rates to the figures that are compared, and how they are shown."""

import os
import platform
import subprocess
from importlib import metadata
from typing import Any

from benchmarks.rig.usage import medium

# Ours divided by the peer's rate of the same round; and what the issue asks for.
GOALS = {
    "smtp_source": 0.70,
    "django_loop": 10.0,
    "celery_per_recipient": 25.0,
    "celery_tuned": 12.0,
    "post_office": 8.0,
    "nodemailer": 8.0,
}
# What is told below the table, where the run has it.
TOLD = ["cpu_s_per_1000", "plain_cpu_s_per_1000", "postgres_cpu_s_per_1000", "rss_mb", "rss_mb_at_quarter"]
TOLD += ["rss_mb_at_end", "rss_mb_of_a_tenth", "rss_mb_grew", "plain_rss_mb", "plain_of_smtp_source", "issue_of_plain"]
TOLD += ["pipelining", "dkim"]
CPU_GOAL = 0.30
RSS_GOAL = 120.0


def rate(figures: list[dict[str, Any]]) -> float:
    """The rate of a part in one round: the mean of its runs (the reference has several)."""
    return sum(one["per_second"] for one in figures) / len(figures)


def beside(rounds: list[dict[str, Any]], ours: str, peer: str) -> list[float]:
    """Ours over the peer's, round by round."""
    return [
        round(rate(found[ours]) / rate(found[peer]), 4)
        for found in rounds
        if ours in found and peer in found and rate(found[peer])
    ]


def summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The one object of --json: ratios, CPU and memory of ours, goals, and every raw rate."""
    ours = [one for found in rounds for one in found.get("ours", [])]
    by_round = {peer: beside(rounds, "ours", peer) for peer in GOALS}
    ratios = {peer: round(medium(values), 3) for peer, values in by_round.items() if values}
    found: dict[str, Any] = {"ratios": ratios, "ratios_by_round": {k: v for k, v in by_round.items() if v}}
    if ours:
        found |= {
            "cpu_s_per_1000": medium([one["cpu_s_per_1000"] for one in ours]),
            "rss_mb": max(one["rss_mb"] for one in ours),
            "rss_mb_at_quarter": medium([one["rss_mb_at_quarter"] or 0.0 for one in ours]),
            "rss_mb_at_end": medium([one["rss_mb_at_end"] for one in ours]),
        }
        if all(one["postgres_cpu_s_per_1000"] is not None for one in ours):
            found["postgres_cpu_s_per_1000"] = medium([one["postgres_cpu_s_per_1000"] for one in ours])
        found["goals"] = goals(found)
        found["cpu_ratios"] = cpu_ratios(rounds)
    one_process = beside(rounds, "ours_one_process", "smtp_source")
    if one_process:
        found["one_process_of_smtp_source"] = round(medium(one_process), 3)
    on_sqlite = [one["of_smtp_source"] for each in rounds for one in each.get("ours_sqlite", [])]
    if on_sqlite:
        found["sqlite_of_smtp_source"] = round(medium(on_sqlite), 3)
        found.setdefault("goals", {})["sqlite"] = goal(0.30, found["sqlite_of_smtp_source"])
    found |= client(rounds)
    found["per_second"] = {
        name: round(medium([rate(one[name]) for one in rounds if name in one]), 1)
        for name in rounds[0]
        if name not in ("pipelining", "dkim")
    }
    found["raw"] = rounds
    return found


def issue_summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The same for an issue, with what it is of a plain newsletter as long, and memory by the number of readers.

    The goal for CPU is one for messages of 12 KB, and an issue is longer: what counts is the plain one's beside it.
    """
    found = summary(rounds)
    found.get("goals", {}).pop("cpu_s_per_1000", None)
    both = [one for one in rounds if "ours" in one and "ours_plain" in one]
    if both:
        pairs = [(one["ours"][0], one["ours_plain"][0]) for one in both]
        # A message a second of each, octets a second, and CPU of our workers a message and an octet.
        octets = [issue["octets_per_message"] / plain["octets_per_message"] for issue, plain in pairs]
        rates = [issue["per_second"] / plain["per_second"] for issue, plain in pairs]
        cpu = [issue["cpu_s_per_1000"] / plain["cpu_s_per_1000"] for issue, plain in pairs]
        each = list(zip(rates, cpu, octets, strict=True))
        found["issue_of_plain"] = {
            "per_second": round(medium(rates), 3),
            "octets_per_second": round(medium([rate * size for rate, _cpu, size in each]), 3),
            "cpu": round(medium(cpu), 3),
            "cpu_per_octet": round(medium([one / size for _rate, one, size in each]), 3),
            "by_round": [[round(value, 3) for value in one] for one in each],
        }
        found["plain_cpu_s_per_1000"] = medium([plain["cpu_s_per_1000"] for _issue, plain in pairs])
        found["plain_rss_mb"] = max(plain["rss_mb"] for _issue, plain in pairs)
    plain = beside(rounds, "ours_plain", "smtp_source")
    if plain:
        found["plain_of_smtp_source"] = round(medium(plain), 3)
    found |= _memory(rounds)
    return found


def _memory(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The largest worker's peak with all readers and with a tenth of them."""
    pairs = [(one["ours"][0], one["ours_tenth"][0]) for one in rounds if "ours" in one and "ours_tenth" in one]
    if not pairs:
        return {}
    tenth = max(one["rss_mb"] for _all, one in pairs)
    return {"rss_mb_of_a_tenth": tenth, "rss_mb_grew": round(max(one["rss_mb"] for one, _tenth in pairs) - tenth, 1)}


def cpu_ratios(rounds: list[dict[str, Any]]) -> dict[str, float]:
    """CPU of a peer's message over that of ours, median of the rounds: what a busy machine still tells truly."""
    found = {}
    for peer in GOALS:
        pairs = [
            one[peer][0]["cpu_s_per_1000"] / one["ours"][0]["cpu_s_per_1000"]
            for one in rounds
            if "ours" in one and "cpu_s_per_1000" in one.get(peer, [{}])[0]
        ]
        if pairs:
            found[peer] = round(medium(pairs), 2)
    return found


def client(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """What the client alone gains by pipelining and pays for a signature."""
    found: dict[str, Any] = {}
    gains = [one for each in rounds for one in each.get("pipelining", [])]
    if gains:
        found["pipelining"] = {name: medium([one[name] for one in gains]) for name in ("loopback", "at_20_ms")}
        found["pipelining"]["goal_at_20_ms"] = goal(3.0, found["pipelining"]["at_20_ms"])
    costs = [one["cpu_us_per_message"] for each in rounds for one in each.get("dkim", [])]
    if costs:
        found["dkim"] = medium(costs)
    return found


def goals(found: dict[str, Any]) -> dict[str, Any]:
    """Each goal of the issue with the number that is."""
    told = {peer: goal(wanted, found["ratios"][peer]) for peer, wanted in GOALS.items() if peer in found["ratios"]}
    told["cpu_s_per_1000"] = goal(CPU_GOAL, found["cpu_s_per_1000"], at_most=True)
    told["rss_mb"] = goal(RSS_GOAL, found["rss_mb"], at_most=True)
    return told


def goal(wanted: float, got: float, *, at_most: bool = False) -> dict[str, Any]:
    """One goal, the number that is, and whether it is met."""
    return {"goal": wanted, "is": got, "met": got <= wanted if at_most else got >= wanted}


def versions() -> dict[str, str]:
    """What ran: Python, our packages that matter here, the kernel, and the servers on PATH."""
    found = {"python": platform.python_version(), "kernel": platform.release(), "machine": platform.machine()}
    for name in ("django", "celery", "kombu", "psycopg", "redis"):
        found[name] = metadata.version(name)
    for name, command in {
        "postgres": ["psql", "--version"],
        "redis-server": ["redis-server", "--version"],
        "node": ["node", "--version"],
    }.items():
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
            found[name] = done.stdout.strip()[:80]
        except OSError:
            continue
    return found


def print_table(found: dict[str, Any]) -> None:
    """What a person reads."""
    size = found["message_octets"]["ours"]
    print(f"{found['messages']} recipients, {size} octets a message, {found['rounds']} rounds")
    print(f"{found['database']}, {os.cpu_count()} cores\n")
    print(f"{'part':<24}{'msg/s':>10}{'ours / it':>11}{'goal':>8}{'its CPU / ours':>16}  load before")
    for name, per_second in found["per_second"].items():
        ratio, wanted = found["ratios"].get(name), GOALS.get(name)
        cpu = found.get("cpu_ratios", {}).get(name, "")
        loads = ", ".join(str(one["load_before"]) for each in found["raw"] for one in each.get(name, []))
        print(
            f"{name:<24}{per_second:>10.0f}{ratio if ratio is not None else '':>11}{wanted or '':>8}{cpu:>16}  {loads}"
        )
    print()
    for name in TOLD:
        if name in found:
            print(f"{name:<32}{found[name]}")
    for name, one in found.get("goals", {}).items():
        print(f"{'met' if one['met'] else 'NOT MET':<8} {name}: {one['is']} (goal {one['goal']})")
