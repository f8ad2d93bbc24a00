"""The safety check: what in a text could point to a person of a case. It highlights; a person decides.

Rules over words, in the languages of advocacy.safety_words, on our own machine: no text leaves it. It looks for names
beside the words of a case, dates of birth, ages with places, numbers of documents, telephone numbers and personal
e-mail addresses. It finds too much rather than too little, and it can miss things: the page says so.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from advocacy.models import SafetyConfirmation, Statement, StatementText
from advocacy.paragraphs import Paragraph, paragraphs_of, split
from advocacy.safety_patterns import (
    AGE,
    ANY_DATE,
    DATE,
    EMAIL,
    GROUP_AGE,
    NUMBER,
    PHONE,
    PUBLIC_NUMBER,
    TELEPHONE_WORD,
    URL,
    YEAR,
    is_document,
    is_email_of_a_person,
    is_name,
    is_phone,
    is_place_near,
    lone_names,
    names,
    says,
    says_role,
    sentences,
)
from advocacy.safety_words import BIRTH, CASE, DOCUMENTS

LABELS = {
    "name": _("Could be the name of a person in a case"),
    "birth": _("Date of birth"),
    "age": _("Age and place in one sentence"),
    "document": _("Number of a document or a file"),
    "phone": _("Telephone number"),
    "email": _("E-mail address of a person"),
}
# How much of the sentence is shown on each side of what was found.
AROUND = 70


@dataclass(frozen=True)
class Finding:
    """One thing to look at: `text` in its paragraph (counted from 1), with the words around it.

    `kind` is name, birth, age, document, phone or email.
    """

    kind: str
    text: str
    paragraph: int
    before: str = ""
    after: str = ""

    @property
    def label(self) -> str:
        """The kind in words."""
        return str(LABELS[self.kind])


@dataclass(frozen=True)
class Found:
    """The findings of one language version."""

    language: str
    findings: list[Finding]


def findings(html: str, language: str = "", *, known: str = "") -> list[Finding]:
    """What could point to a person in clean HTML, in the order of the text.

    `language` is that of the text; the words of all languages are tried, as stories quote others. `known` is text that
    is meant to be public, such as the contact for readers: what stands in it too is not found.
    """
    return findings_in(split(html), language=language, known=known)


def findings_in(paragraphs: Iterable[Paragraph], *, language: str = "", known: str = "") -> list[Finding]:
    """As `findings`, of paragraphs that were split already."""
    found: list[Finding] = []
    for number, paragraph in enumerate(paragraphs, start=1):
        seen: set[tuple[str, str]] = set()
        for kind, start, end in sorted(_look(paragraph.text, language), key=lambda hit: hit[1]):
            text = paragraph.text[start:end].strip()
            if (kind, text) in seen or (known and text in known):
                continue
            seen.add((kind, text))
            before, after = paragraph.text[max(0, start - AROUND) : start], paragraph.text[end : end + AROUND]
            found.append(Finding(kind, text, number, before, after))
    return found


def _look(text: str, language: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of everything that is found in one paragraph."""
    for match in EMAIL.finditer(text):
        if is_email_of_a_person(match[0]):
            yield "email", *match.span()
    # Addresses hold digits and names of their own; what they look like is kept out, and every place stays where it is.
    plain = _blank(EMAIL, _blank(URL, text))
    is_case = says(plain, CASE)
    for start, end in sentences(plain):
        sentence = plain[start:end]
        for kind, left, right in _look_at(sentence, language, is_case=is_case):
            yield kind, start + left, start + right


def _look_at(sentence: str, language: str, *, is_case: bool) -> Iterator[tuple[str, int, int]]:
    yield from _births(sentence, is_case=is_case)
    yield from _ages(sentence)
    without_dates = _blank(ANY_DATE, sentence)
    taken = list(_documents(without_dates))
    yield from taken
    for match in PHONE.finditer(without_dates):
        inside = any(left <= match.start() < right for _kind, left, right in taken)
        if not inside and is_phone(match[0], has_word=bool(TELEPHONE_WORD.search(without_dates[: match.start()]))):
            yield "phone", *match.span()
    if is_case:
        yield from _names(sentence, language)


def _births(sentence: str, *, is_case: bool) -> Iterator[tuple[str, int, int]]:
    if not says(sentence, BIRTH):
        return
    dates = [match.span() for match in DATE.finditer(sentence)]
    for span in dates or [match.span() for match in YEAR.finditer(sentence) if is_case]:
        yield "birth", *span


def _ages(sentence: str) -> Iterator[tuple[str, int, int]]:
    for match in AGE.finditer(sentence):
        if not GROUP_AGE.search(sentence[max(0, match.start() - 24) : match.end() + 12]) and is_place_near(sentence):
            yield "age", *match.span()


def _documents(sentence: str) -> Iterator[tuple[str, int, int]]:
    for match in NUMBER.finditer(sentence):
        if PUBLIC_NUMBER.search(sentence[max(0, match.start() - 40) : match.end() + 8]):
            continue
        if is_document(sentence, match, DOCUMENTS):
            yield "document", *match.span()


def _names(sentence: str, language: str) -> Iterator[tuple[str, int, int]]:
    taken: list[tuple[int, int]] = []
    for start, end in names(sentence):
        # A capital says nothing where a sentence opens, nor in German.
        is_plain = start == 0 or language.startswith("de")
        if any(left <= start < right for left, right in taken):
            continue
        if is_name(sentence[start:end], has_known_given_name=is_plain) and not says_role(sentence, start, end):
            taken.append((start, end))
            yield "name", start, end
    for left, right in lone_names(sentence):
        if not any(start <= left < end for start, end in taken) and not says_role(sentence, left, right):
            yield "name", left, right


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)


def look_through(statement: Statement, texts: Iterable[StatementText] | None = None) -> list[Found]:
    """The findings of all language versions; those without any are left out. Paragraph 1 is the title."""
    known = " ".join(str(value) for value in statement.details.values())
    rows = statement.texts.all() if texts is None else texts
    all_found = [Found(text.language, findings_in(_all_of(text), language=text.language, known=known)) for text in rows]
    return [found for found in all_found if found.findings]


def _all_of(text: StatementText) -> list[Paragraph]:
    return paragraphs_of(text.title, text.summary, text.body)


def confirmation_of(statement: Statement, digest: str = "") -> SafetyConfirmation | None:
    """Somebody's word for exactly the words there are now, or None."""
    digest = digest or statement.digest()
    return statement.safety_confirmations.select_related("by").filter(digest=digest).first()


def waits_for_a_person(statement: Statement) -> bool:
    """Whether something was found in the words there are now and nobody has said why it may stay."""
    return bool(look_through(statement)) and confirmation_of(statement) is None


def confirm(statement: Statement, *, actor: User, ground: str, seen: str) -> SafetyConfirmation | None:
    """Take down why what was found may stay. `seen` is the digest of the text whose findings the person read.

    Gives None, and writes nothing, when the text has changed since. The trail holds counts, never what was found.
    """
    with transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(source_language=statement.source_language)
        if statement.digest() != seen:
            return None
        found = [finding for version in look_through(statement) for finding in version.findings]
        row = SafetyConfirmation.objects.create(
            statement=statement,
            digest=seen,
            ground=ground,
            counts=dict(Counter(finding.kind for finding in found)),
            by=actor,
        )
        what = "1 finding" if len(found) == 1 else f"{len(found)} findings"
        sentence = f"answered for {what} of the safety check in {statement.reference} ({ground.replace('_', ' ')})"
        audit.record(actor, sentence, about=statement, label=statement.reference)
    return row
