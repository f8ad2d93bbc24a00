"""What a drafted follow-up says in each official language of the Union: a few words to begin with.

Nobody who speaks them has proofread these, so every text of a draft begins as "not reviewed": a letter goes out in a
language only after a person has read it there.
"""

import csv
from datetime import date
from functools import cache
from html import escape
from pathlib import Path

from babel.dates import format_date

from mailing.letterhead import locale_of

# Language, sentence; {day} becomes a long date, {reference} that of the first letter.
SENTENCES = Path(__file__).parent / "letter" / "follow-up.csv"


@cache
def sentences() -> dict[str, str]:
    """The sentences by language."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        return {row["language"]: row["sentence"] for row in csv.DictReader(file)}


def paragraphs(language: str, *, reference: str, day: date) -> str:
    """The text between opening and closing, as clean HTML; English for a language that is not there."""
    sentence = sentences().get(language) or sentences()["en"]
    written = format_date(day, format="long", locale=locale_of(language))
    return f"<p>{escape(sentence.format(day=written, reference=reference), quote=False)}</p>"
