"""What an approval of an issue is bound to beside its list and sender: blocks, topics, and whether clicks are counted.

Its blocks are also told as one text a language, so that a review is kept and compared as that of a letter is.
"""

from typing import Any

from django.utils.html import escape

from mailing.issues.material import material_of
from mailing.models import Block, Mailing


def blocks_of(mailing: Mailing) -> list[Block]:
    """The blocks in their order with their texts, as whoever holds this `mailing` has read them; none of a letter."""
    return material_of(mailing).blocks if mailing.kind == Mailing.Kind.NEWSLETTER else []


def body_of(blocks: list[Block], language: str) -> str:
    """All words of the blocks in a language, as HTML of headings and paragraphs."""
    found = []
    for block in blocks:
        for text in block.texts.all():
            if text.language == language:
                found.append(f"<h2>{escape(text.heading)}</h2>" if text.heading else "")
                found.append(text.body)
                found += [f"<p>{escape(_line(row))}</p>" for row in text.rows]
                found.append(f"<p>{escape(f'{text.label} {text.url}'.strip())}</p>" if text.label or text.url else "")
    return "".join(found)


def _line(row: dict[str, Any]) -> str:
    return " · ".join(str(value) for value in row.values() if value not in ("", None))


def issue_parts(mailing: Mailing, blocks: list[Block]) -> dict[str, Any]:
    """What else of an issue an approval is bound to; nothing for a letter. The words are `body_of` each language."""
    if mailing.kind != Mailing.Kind.NEWSLETTER:
        return {}
    rows = [[one.kind, one.topic_id, one.statement_id, one.plan_id] for one in blocks]
    counts = bool(mailing.contact_list and mailing.contact_list.counts_clicks)
    found: dict[str, Any] = {"counting": counts}
    if rows:
        found["blocks"] = rows
    if lines := sorted([text.language, text.preheader] for text in mailing.contents.all() if text.preheader):
        found["preheaders"] = lines
    return found
