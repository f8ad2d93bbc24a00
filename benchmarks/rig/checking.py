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


def check_issue(mailing: Any, send: Callable[[int], Any]) -> int:
    """Let `send` write a leaving issue to a recording server's port and compare; gives the octets of a message.

    Each reader must get exactly one, byte by byte what is made without a skeleton from the texts as they stand, and
    with the blocks of the topics that they chose and of no other. The octets are the mean over all kinds of readers.
    Raises AssertionError with what was wrong.
    """
    from benchmarks.rig.issue import PERIOD
    from tests.processes import Catcher

    rows = {row.email: row for row in mailing.deliveries.filter(skip_reason="")}
    with Catcher() as catcher:
        send(catcher.port)
        caught = list(catcher.messages)
    copies = Counter(one.recipient for one in caught)
    wrong = copies - Counter(rows.keys()), Counter(rows.keys()) - copies
    assert not any(wrong), f"copies too many, too few: {wrong}"  # noqa: S101
    renderer = _renderer(mailing)
    for one in caught:
        compare_issue(one.data, rows[one.recipient], renderer)
    kinds = {(row.language, *sorted(row.context["topics"])) for row in rows.values()}
    made = mailing.skeletons.count()
    assert made == len(kinds), f"{made} skeletons of {len(kinds)} kinds of readers"  # noqa: S101
    if len(rows) >= PERIOD:
        assert made == PERIOD // 3 * 2, f"{made} kinds of readers only"  # noqa: S101
    return round(sum(len(one.data) for one in caught) / len(caught))


def compare_issue(data: bytes, row: Any, renderer: Any) -> None:
    """One issue as it was taken: the bytes of the slow way, in this reader's language and with their topics alone."""
    from benchmarks.rig.issue import TOPICS, language_of, mark, topics_of

    assert data == renderer.message_without_skeleton(row), "not the bytes of the slow way"  # noqa: S101
    assert row.language == language_of(row.contact_id), "another language"  # noqa: S101
    parsed = email.message_from_bytes(data, policy=email.policy.default)
    for kind in ("plain", "html"):
        part = parsed.get_body((kind,))
        if part is None:
            raise AssertionError("not two parts")
        said = " ".join(part.get_content().split())
        found = {slug for slug in TOPICS if mark(slug) in said}
        assert found == topics_of(row.contact_id), f"blocks of {found or 'no topic'} in {kind}"  # noqa: S101


def check_digests(mailing: Any, sample: int = 48) -> int:
    """After a measured run: the ledger's digests of readers from the first to the last are those of the slow way.

    Gives how many were compared. Raises AssertionError.
    """
    from mailing.dispatch.rendering import digest

    total = mailing.recipients
    # Steps that have no factor of the readers' period (24), so that all kinds come up.
    step = max(1, total // sample) | 1
    step += 2 if step % 3 == 0 else 0
    renderer, rows = _renderer(mailing), list(mailing.deliveries.order_by("id").values_list("pk", flat=True)[::step])
    for row in mailing.deliveries.filter(pk__in=rows):
        wanted = digest(renderer.message_without_skeleton(row))
        assert row.content_digest == wanted, f"delivery {row.pk} was not sent as it is made"  # noqa: S101
    return len(rows)


def _renderer(mailing: Any) -> Any:
    from mailing.dispatch.rendering import Renderer

    mailing.refresh_from_db()
    return Renderer(mailing)
