"""Whether the time of an answer tells if we know an address: the sign-up form, and "send me my link".

    python3 dev.py bench timing [--tries 200] [--seed N] [--json]

Addresses of every kind are sent in turns, each kind once a turn in an order that chance decides, through the whole
application as a server calls it (config.wsgi), on DATABASE_URL's server or SQLite. It fails when the medians of two
kinds are 10 ms apart or more.
"""

import argparse
import io
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from benchmarks.rig.servers import embedded_broker
from benchmarks.rig.usage import load as load_average
from benchmarks.stage import fresh_database, show

GOAL_MS = 10.0
WARM_UP = 20
KINDS = ["unknown", "known", "pending", "subscribed", "unsubscribed", "complained", "erased"]
LINK_KINDS = ["unknown", "subscribed", "unsubscribed", "complained"]
Answer = tuple[int, bytes]


def main() -> None:
    """Fill a fresh database, ask, and print one result; ends with 1 beyond the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    # The limits are measured as little as the broker's absence: every try is the first of its client.
    os.environ["CONFIRMATIONS_PER_HOUR"] = "1000000"
    with embedded_broker() as broker:
        os.environ["REDIS_URL"] = broker
        with fresh_database() as vendor:
            found = run(options) | {"database": vendor}
    raw = found.pop("raw")
    if options.json:
        show(found | {"raw_ms": raw}, as_json=True)
    else:
        show(found, as_json=False)
        for name, times in raw.items():
            print(f"{name}: {' '.join(f'{one:.2f}' for one in times)}")
    sys.exit(found["largest_difference_ms"] >= GOAL_MS)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The medians of every form and kind, and how far apart the two furthest of a form are."""
    dice = random.Random(options.seed)  # noqa: S311 - chance for a test
    forms: dict[str, tuple[str, list[str]]] = {"sign-up": ("/en/subscribe/", KINDS), "link": (link_path(), LINK_KINDS)}
    fill(options.tries + WARM_UP)
    raw: dict[str, list[float]] = {}
    answers: dict[str, set[Answer]] = {}
    for form, (path, kinds) in forms.items():
        for number in range(options.tries + WARM_UP):
            for kind in dice.sample(kinds, len(kinds)):
                milliseconds, answer = ask(path, address(kind, number, form), dice)
                answers.setdefault(form, set()).add(answer)
                if number >= WARM_UP:
                    raw.setdefault(f"{form}, {kind}", []).append(milliseconds)
    for form, given in answers.items():
        if len(given) != 1 or next(iter(given))[0] >= 400:
            sys.exit(
                f"The form “{form}” gave several answers, or refused: {sorted(status for status, _body in given)}."
            )
    medians = {name: round(statistics.median(times), 2) for name, times in raw.items()}
    apart = {form: spread([value for name, value in medians.items() if name.startswith(form)]) for form in forms}
    return {
        "benchmark": "timing",
        "tries": options.tries,
        "seed": options.seed,
        **{f"{name} (ms)": value for name, value in medians.items()},
        **{f"{form}: apart (ms)": value for form, value in apart.items()},
        "largest_difference_ms": max(apart.values()),
        "goal_ms": GOAL_MS,
        "load_average": load_average(),
        "raw": {name: [round(one, 3) for one in times] for name, times in raw.items()},
    }


def spread(values: list[float]) -> float:
    """How far the smallest and the largest are apart."""
    return round(max(values) - min(values), 2)


def link_path() -> str:
    """Where a reader asks for the link to their settings."""
    from django.urls import reverse

    return reverse("public:preferences_link", kwargs={"lang": "en"})


def address(kind: str, number: int, form: str = "sign-up") -> str:
    """One of the addresses of a kind; each form has its own, for both count how often one is asked about."""
    return f"{kind}{number:05}.{form}@bench.example"


def fill(number: int) -> None:
    """An open list, and so many addresses of each kind."""
    from contacts import consent
    from contacts.erasure import erase
    from contacts.models import Contact, ContactList, ListText, Subscription
    from contacts.signing_up import sign_up
    from contacts.suppression import suppress

    letter = ContactList.objects.create(name="Network", slug="network", is_open=True)
    ListText.objects.create(contact_list=letter, language="en", name="Letter from the network")
    consent.set_wording(letter, "Send me the letter once a month.")

    def with_state(kind: str, given: str) -> None:
        if kind == "pending":
            sign_up(letter, given, language="en", source="page", ip=given)
            return
        person = Contact.objects.create(email=given, legal_basis="consent")
        if kind in ("subscribed", "unsubscribed", "complained"):
            consent.confirm(person, letter, source="page")
        if kind == "unsubscribed":
            consent.leave(person, letter, source="link")
        if kind == "complained":
            suppress(person, reason="complaint")
            Subscription.objects.filter(contact=person).delete()
        if kind == "erased":
            erase(person, actor=None, reason="asked")

    makers: list[Callable[[], None]] = [
        lambda kind=kind, one=one, form=form: with_state(kind, address(kind, one, form))  # type: ignore[misc]
        for form, kinds in (("sign-up", KINDS), ("link", LINK_KINDS))
        for kind in kinds
        if kind != "unknown"
        for one in range(number)
    ]
    for make in makers:
        make()


def ask(path: str, given: str, dice: random.Random) -> tuple[float, Answer]:
    """Post one address as a client nobody has seen, and give the milliseconds and what came back."""
    from config.wsgi import application

    body = urlencode({"email": given, "language": "en"}).encode()
    status: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": f"10.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(256)}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    started = time.perf_counter()
    response = application(environ, lambda code, _headers, _error=None: status.append(code))
    content = b"".join(response)
    taken = (time.perf_counter() - started) * 1000
    if hasattr(response, "close"):
        response.close()
    return taken, (int(status[0].split()[0]), content)


if __name__ == "__main__":
    main()
