"""Before anything is measured: does every reader get exactly one message, of the right size and with their own name?

smtp-sink does not know who gets what, so a few readers' messages go to a recording server first.
"""

import email
import email.policy
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Encodings differ between libraries; something much smaller or larger is not this newsletter.
SMALLEST, LARGEST = 9_500, 16_000


def check(send: Callable[[int], Any], readers: Path, count: int) -> int:
    """Let `send` write to a recording server's port and compare; gives the octets of a message, on average.

    Raises AssertionError with what was wrong.
    """
    from tests.processes import Catcher

    wanted = [json.loads(line) for line in readers.read_text(encoding="utf-8").splitlines()[:count]]
    with Catcher() as catcher:
        send(catcher.port)
        caught = list(catcher.messages)
    copies = Counter(one.recipient for one in caught)
    assert copies == Counter(one["email"] for one in wanted), f"wrong copies: {copies.most_common(3)}"  # noqa: S101
    by_address = {one["email"]: one for one in wanted}
    for one in caught:
        compare(one.data, by_address[one.recipient])
    return round(sum(len(one.data) for one in caught) / len(caught))


def compare(data: bytes, reader: dict[str, str]) -> None:
    """One message as it was taken: two parts, 12 KB, and this reader's values in both and in the subject."""
    parsed = email.message_from_bytes(data, policy=email.policy.default)
    plain, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    if plain is None or html is None:
        raise AssertionError("not two parts")
    assert SMALLEST < len(data) < LARGEST, f"{len(data)} octets"  # noqa: S101
    words = " ".join(plain.get_content().split())
    for value in (reader["salutation"], reader["given_name"], reader["country"], reader["closing"]):
        assert value in words, "a value is missing in the text"  # noqa: S101
    assert reader["family_name"] in html.get_content(), "the name is missing in the HTML"  # noqa: S101
    assert reader["country"] in str(parsed["Subject"]), "the value is missing in the subject"  # noqa: S101
    if "{{" in words or "${" in words or "Zname" in words:
        raise AssertionError("a field was not filled")
