"""Which paragraph of the source each paragraph of a translation translates. No database; paragraphs in, links out.

Two languages share no words, so paragraphs are laid beside each other by what they do share: their kind (heading, item,
row), their place, their length and the numbers and addresses in them. What was linked before stays linked.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from advocacy.comparing import likeness
from advocacy.paragraphs import Paragraph

# Figures, addresses and tokens read the same in every language.
_SIGNS = re.compile(r"https?://[^\s)]+|\d+(?:[.,]\d+)*|\[\[source:[^\]]*\]\]")
# What it costs to leave a paragraph alone, to lay a heading beside an item, and what an earlier link saves.
ALONE, OTHER_KIND, LINKED = 0.85, 0.5, 0.6
# Above this many pairs paragraphs are laid beside each other by their place alone.
MOST_PAIRS = 250_000


@dataclass(frozen=True)
class Link:
    """One paragraph of a translation (`own`, a digest) and what it translates (`source`, a digest; "" for nothing).

    `was` is the wording of the source when a person last saw that the translation follows it. A link without `own`
    says that the source paragraph needs no translation here.
    """

    own: str
    source: str
    was: str = ""


def links_from(stored: Any) -> list[Link]:
    """The links in a JSON list (StatementText.source_map); what is no link is left out."""
    rows = stored if isinstance(stored, list) else []
    return [
        Link(str(row.get("own", "")), str(row.get("source", "")), str(row.get("was", "")))
        for row in rows
        if isinstance(row, dict)
    ]


def stored(links: Sequence[Link]) -> list[dict[str, str]]:
    """Links as StatementText.source_map keeps them."""
    return [asdict(link) for link in links]


def align(
    source: Sequence[Paragraph], own: Sequence[Paragraph], before: Sequence[Link], was_own: Sequence[Paragraph]
) -> list[Link]:
    """A link for every paragraph of `own`, in order, then the links of source paragraphs that need no translation.

    `before` are the links of `was_own`, the translation before this save. A link to a source paragraph that changed
    since stays as it is: only a person can say that the translation is still right.
    """
    carried = _carry(own, before, was_own)
    unneeded = [link for link in before if not link.own and link.source]
    at_home = places([link or Link("", "") for link in carried], source)
    now = {row.digest for row in source}
    # Once something moved or changed in the source, what is linked stays linked; until then all may be laid anew.
    order = [at_home[at] for at in sorted(at_home)]
    is_settled = order != sorted(order) or any(link and link.source and link.source not in now for link in carried)
    kept = {at for at, link in enumerate(carried) if link and _is_kept(link, now, is_settled=is_settled)}
    taken = {at_home[at] for at in kept if at in at_home}
    skipped = {link.source for link in unneeded}
    free_source = [at for at, row in enumerate(source) if at not in taken and row.digest not in skipped]
    free_own = [at for at in range(len(own)) if at not in kept]
    pairs = _lay(source, free_source, own, free_own, at_home)
    links: list[Link] = []
    for at, paragraph in enumerate(own):
        link = carried[at]
        if link is not None and at in kept:
            links.append(replace(link, own=paragraph.digest))
        elif at in pairs:
            links.append(Link(paragraph.digest, source[pairs[at]].digest, source[pairs[at]].text))
        else:
            links.append(Link(paragraph.digest, ""))
    return links + unneeded


def _is_kept(link: Link, now: set[str], *, is_settled: bool) -> bool:
    """A link that no machine may change: its source changed, or a person said that it translates nothing."""
    if not link.source:
        return bool(link.was)
    return is_settled or link.source not in now


def _carry(own: Sequence[Paragraph], before: Sequence[Link], was_own: Sequence[Paragraph]) -> list[Link | None]:
    """The link each paragraph had before this save: by its wording, or by its likeness to what it was edited from."""
    rows = [link for link in before if link.own]
    texts = {paragraph.digest: paragraph.text for paragraph in was_own}
    carried: list[Link | None] = [None] * len(own)
    left = dict(enumerate(rows))
    digests = [paragraph.digest for paragraph in own]
    matcher = SequenceMatcher(None, [row.own for row in rows], digests, autojunk=False)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            carried[block.b + offset] = left.pop(block.a + offset)
    for at, digest in enumerate(digests):
        moved = next((old for old, row in left.items() if carried[at] is None and row.own == digest), None)
        if moved is not None:
            carried[at] = left.pop(moved)
    for at, paragraph in enumerate(own):
        if carried[at] is None and left:
            scores = {old: likeness(texts.get(row.own, ""), paragraph.text) for old, row in left.items()}
            best = max(scores, key=lambda old: scores[old])
            if scores[best] > 0:
                carried[at] = left.pop(best)
    return carried


def places(links: Sequence[Link], source: Sequence[Paragraph]) -> dict[int, int]:
    """Where in `source` the paragraph stands that each link is about: number of the link → number of the paragraph.

    First by wording, then by likeness to what it was, then by its neighbours. A link that is not in the result is
    about a paragraph that is gone. No paragraph is given twice.
    """
    found: dict[int, int] = {}
    free = dict(enumerate(source))
    for at, link in enumerate(links):
        same = next((place for place, row in free.items() if link.source and row.digest == link.source), None)
        if same is not None:
            found[at] = same
            del free[same]
    behind = [at for at, link in enumerate(links) if link.source and at not in found]
    for at in behind:
        scores = {place: likeness(links[at].was, row.text) for place, row in free.items()}
        best = max(scores, key=lambda place: scores[place], default=None)
        if best is not None and scores[best] > 0:
            found[at] = best
            del free[best]
    for at in behind:
        # Rewritten from end to end: it is the one new paragraph between the neighbours that are known.
        end = len(source) if at == len(links) - 1 else found.get(at + 1, -9)
        between = range(found.get(at - 1, -9) + 1, end)
        if at not in found and len(between) == 1 and between[0] in free:
            found[at] = between[0]
            del free[between[0]]
    return found


def _lay(
    source: Sequence[Paragraph],
    free_source: Sequence[int],
    own: Sequence[Paragraph],
    free_own: Sequence[int],
    linked: dict[int, int],
) -> dict[int, int]:
    """Lays the free paragraphs of both sides beside each other, in order and at the least cost: own → source."""
    rows, columns = len(free_own), len(free_source)
    if rows * columns > MOST_PAIRS:
        return dict(zip(free_own, free_source, strict=False))
    signs = {"own": [_signs(own[at]) for at in free_own], "source": [_signs(source[at]) for at in free_source]}
    cost = [[(row + column) * ALONE for column in range(columns + 1)] for row in range(rows + 1)]
    step = [["" for _column in range(columns + 1)] for _row in range(rows + 1)]
    for row in range(1, rows + 1):
        for column in range(1, columns + 1):
            mine, theirs = free_own[row - 1], free_source[column - 1]
            pair = _cost(source[theirs], own[mine]) + _distance(signs["source"][column - 1], signs["own"][row - 1])
            pair -= LINKED if linked.get(mine) == theirs else 0
            cost[row][column], step[row][column] = min(
                (cost[row - 1][column - 1] + pair, "pair"),
                (cost[row - 1][column] + ALONE, "own"),
                (cost[row][column - 1] + ALONE, "source"),
            )
    pairs: dict[int, int] = {}
    row, column = rows, columns
    while row and column:
        if step[row][column] == "pair":
            pairs[free_own[row - 1]] = free_source[column - 1]
        row, column = row - (step[row][column] != "source"), column - (step[row][column] != "own")
    return pairs


def _cost(source: Paragraph, own: Paragraph) -> float:
    """The cost of saying that `own` translates `source`: 0 for the same kind and length, 9 for a title and a row."""
    head = {"title", "summary"}
    if source.kind != own.kind and head & {source.kind, own.kind}:
        return 9.0
    length = abs(math.log((len(own.text) + 10) / (len(source.text) + 10)))
    return (OTHER_KIND if source.kind != own.kind else 0.0) + min(0.5 * length, 0.8)


def _signs(paragraph: Paragraph) -> frozenset[str]:
    return frozenset(_SIGNS.findall(paragraph.text))


def _distance(one: frozenset[str], other: frozenset[str]) -> float:
    """How far two sets of figures and addresses lie apart, 0 to 0.5."""
    return 0.5 * (1 - len(one & other) / len(one | other)) if one | other else 0.0
