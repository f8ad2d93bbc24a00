"""A text as outsiders read it before it is public: every language version, its number, what changed since another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from advocacy.comparing import Comparison, compare
from advocacy.languages import own_name
from advocacy.models import Statement, StatementVersion, digest_of
from advocacy.paragraphs import paragraphs_of
from advocacy.richtext import safe


@dataclass(frozen=True)
class Part:
    """One language version as a page shows it."""

    language: str
    name: str
    title: str
    summary: str
    body: SafeString


@dataclass(frozen=True)
class Shown:
    """All language versions at one moment, the source first, with the digest that an answer is bound to."""

    digest: str
    # Of the version that a second person approved, and when; 0 and None where nobody has: then it is not shown.
    number: int
    frozen_at: datetime | None
    parts: list[Part]
    texts: dict[str, Any]

    @property
    def first(self) -> Part | None:
        """The version in the language it was written in."""
        return self.parts[0] if self.parts else None


@dataclass(frozen=True)
class Changed:
    """What changed in one language version; `comparison` is None for one that is new or gone."""

    language: str
    name: str
    comparison: Comparison | None
    is_new: bool = False
    is_gone: bool = False


def text_of(statement: Statement) -> Shown:
    """The present words of a statement, read once: what is shown is what the digest is of."""
    texts = statement.texts_as_json()
    digest = digest_of(texts)
    version = (
        StatementVersion.objects.filter(statement=statement, digest=digest, event="approved").order_by("-id").first()
    )
    order = sorted(texts, key=lambda code: (code != statement.source_language, own_name(code).casefold()))
    parts = [
        Part(code, own_name(code), texts[code]["title"], texts[code]["summary"], safe(texts[code]["body"]))
        for code in order
    ]
    return Shown(digest, version.number if version else 0, version.at if version else None, parts, texts)


def changes_since(statement: Statement, digest: str, now: Shown) -> list[Changed] | None:
    """What changed since the words with this digest; None where nobody kept those, [] where nothing changed."""
    before = StatementVersion.objects.filter(statement=statement, digest=digest).order_by("-id").first()
    if before is None:
        return None
    found = []
    for code in sorted({*before.texts, *now.texts}, key=lambda one: (one != statement.source_language, one)):
        old, new = before.texts.get(code), now.texts.get(code)
        if old is None or new is None:
            found.append(Changed(code, own_name(code), None, is_new=old is None, is_gone=new is None))
        elif old != new:
            found.append(Changed(code, own_name(code), compare(_paragraphs(old), _paragraphs(new))))
    return found


def _paragraphs(text: dict[str, str]) -> Any:
    return paragraphs_of(text["title"], text["summary"], text["body"])
