"""Blocks of every kind for an issue, in any languages; its sentences are those that are given."""

from mailing.models import Block, BlockText
from tests.factories import StatementFactory

FIGURES = [("Told of the right", 8), ("Free legal aid", 10), ("Right to stay", 11), ("State pays first", 23)]
SITE = "https://www.parliament.example"


def put_blocks(mailing, sentences, *, topics=()):
    """Give a mailing seven blocks, and a text for each of these topics. `sentences`: language → one sentence."""
    kinds = ["lead", "button", "item", "text", "figures", "dates", "members", *["text" for _topic in topics]]
    statement = StatementFactory()
    for position, kind in enumerate(kinds, start=1):
        topic = topics[position - 8] if position > 7 else None
        block = Block.objects.create(
            mailing=mailing,
            kind=kind,
            position=position,
            topic=topic,
            statement=statement if kind == "item" else None,
        )
        BlockText.objects.bulk_create(
            BlockText(block=block, language=language, **words_of(kind, sentence))
            for language, sentence in sentences.items()
        )


def words_of(kind, sentence):
    """What a block of a kind says."""
    paragraph = f"<p>{sentence}, <strong>“paid”</strong> in time – 3 &lt; 4 &amp; so on. {sentence}.</p>"
    listed = f"<ul><li>{sentence}</li><li>Two</li></ul>"
    if kind == "button":
        return {"label": "Write to your MEP", "url": f"{SITE}/take-part?a=1&b=2"}
    if kind == "figures":
        rows = [{"label": label, "value": value, "of": 23} for label, value in FIGURES]
        return {"heading": "Six points: 61 of 138 met", "body": "<p>Countries that meet each point.</p>", "rows": rows}
    if kind == "dates":
        rows = [{"day": day, "text": sentence[:60]} for day in ("2026-12-02", "2026-12-09")]
        return {"heading": "Dates", "rows": rows}
    if kind == "members":
        rows = [
            {"title": "A map of what works", "url": f"{SITE}/map", "text": sentence},
            {"title": "No link", "url": ""},
        ]
        return {"heading": "From our members and partners", "rows": rows}
    link = f'<p><a href="{SITE}/six-points?a=1&amp;b=2">the six points</a></p>'
    return {"heading": sentence[:200], "body": paragraph + (listed if kind == "text" else link)}
