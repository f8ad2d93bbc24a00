"""An issue as a reader of a language with chosen topics would get it, before it leaves; and how large it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

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


def chosen_topics(asked: str, topics: Sequence[Topic]) -> frozenset[int]:
    """The topics of a reader in an address: "all", "none", or the number of one; anything else is everything."""
    ids = frozenset(topic.pk for topic in topics)
    if asked == NOTHING:
        return frozenset()
    return frozenset({int(asked)}) if asked in {str(pk) for pk in ids} else ids


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
