"""The sample statement in three languages: one HTML file each, whose first two blocks are title and summary."""

import re
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = ("en", "fr", "de")
_PARTS = re.compile(r"\s*<h1>(.*?)</h1>\s*<p>(.*?)</p>\s*(.*)", re.DOTALL)


@dataclass(frozen=True)
class SampleText:
    """One language version: title and summary as plain text, body as HTML."""

    language: str
    title: str
    summary: str
    body: str


def sample_texts() -> list[SampleText]:
    """The three versions, English first."""
    texts = []
    for language in LANGUAGES:
        found = _PARTS.fullmatch((Path(__file__).parent / f"{language}.html").read_text(encoding="utf-8"))
        if not found:
            raise ValueError(f"desk/demo/texts/{language}.html does not start with a title and a summary.")
        texts.append(SampleText(language, *(part.strip() for part in found.groups())))
    return texts
