"""An issue as a reader of a language with chosen topics would get it, before it leaves; and how large it is."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from contacts.models import Topic
from mailing.issues.assembling import Assembled, assembled
from mailing.issues.material import material_of
from mailing.letterhead import wrap
from mailing.models import Mailing

# Gmail shows no more of a message than this and hides the rest behind a link, the footer too.
GMAIL_CLIPS = 102 * 1024
# Readers who chose nothing, and those who chose everything.
NOTHING, EVERYTHING = "none", "all"
_DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")


@dataclass(frozen=True)
class Size:
    """The largest message of an issue: its HTML in bytes, and the language it is in."""

    bytes: int
    language: str

    @property
    def kb(self) -> int:
        """In KB, rounded up."""
        return -(-self.bytes // 1024)

    @property
    def is_clipped(self) -> bool:
        """Whether Gmail hides the end of it."""
        return self.bytes > GMAIL_CLIPS


def shown(mailing: Mailing, language: str, topics: frozenset[int]) -> Assembled:
    """HTML and plain text for a reader with these topics, as they leave; the links of one reader lead nowhere."""
    found = assembled(mailing, language, topics)
    return Assembled(found.html, wrap(found.text))


def in_the_dark(html: str) -> str:
    """The same message as a mail program in dark mode shows it, wherever it is looked at."""
    return _DARK.sub("@media all", html)


def topics_of(mailing: Mailing) -> list[Topic]:
    """The topics of its list that blocks of this issue carry."""
    return [topic for topic in material_of(mailing).topics if topic.contact_list_id == mailing.contact_list_id]


def chosen_topics(asked: Sequence[str], topics: Sequence[Topic]) -> frozenset[int]:
    """The topics of a reader in an address: numbers of topics, with "none" before them or alone for a reader without.

    "all", or nothing that is a topic, is everything.
    """
    ids = frozenset(topic.pk for topic in topics)
    chosen = frozenset(pk for pk in ids if str(pk) in asked)
    if EVERYTHING in asked or not (chosen or NOTHING in asked):
        return ids
    return chosen


def query_of(language: str, topics: Iterable[int]) -> str:
    """The part of an address that asks for the message of a language and these topics; `chosen_topics` reads it."""
    return urlencode({"lang": language, "topics": [NOTHING, *sorted(topics)]}, doseq=True)


def sizes_of(mailing: Mailing) -> list[Size]:
    """How large the message of each language is for a reader with every topic, which is the largest it makes."""
    everything = frozenset(topic.pk for topic in topics_of(mailing))
    return [
        Size(len(shown(mailing, content.language, everything).html.encode()), content.language)
        for content in mailing.contents.all()
    ]


def largest(mailing: Mailing) -> Size | None:
    """The largest message this issue makes; None without any text."""
    return max(sizes_of(mailing), key=lambda size: size.bytes, default=None)
