"""The kinds of messages an issue makes: one for each language and choice of topics that somebody reads.

Whoever approves an issue reads one of each. No reader is named for it: all who read one kind read the same.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.languages import language_name
from contacts.topics import name_in
from mailing import audience
from mailing.audience import AudiencePreview, Reader
from mailing.freezing import issue_values
from mailing.issues import previewing
from mailing.models import Mailing, MailingContent
from mailing.places import topics_in

# So many kinds are shown; the others are found by their language and topics.
SHOWN = 12
# So many of them stand open on the page of the approval; the others are folded.
OPEN = 3


@dataclass(frozen=True)
class MessageKind:
    """What readers of one language and choice of topics get, and how many they are.

    `words` names the topics. `query` is the part of an address that asks for this message (issue_preview,
    issue_message). `content` is the language version with its subject and preheader; None where there is none.
    """

    language: str
    words: str
    readers: int
    query: str
    content: MailingContent | None

    @property
    def title(self) -> str:
        """ "French: Law in Brussels, Work and wages"."""
        return f"{language_name(self.language)}: {self.words}"

    @property
    def count(self) -> str:
        """ "1 reader", "240 readers"."""
        return _count(self.readers)


@dataclass(frozen=True)
class MessageKinds:
    """The kinds that are read most, and what is known of the others."""

    shown: list[MessageKind]
    more: int = 0
    more_readers: int = 0
    # What can be chosen to read any kind: languages by code, topics by id.
    languages: list[tuple[str, str]] = field(default_factory=list)
    topics: list[tuple[int, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many kinds there are."""
        return len(self.shown) + self.more

    @property
    def often(self) -> list[MessageKind]:
        """Those that most readers get."""
        return self.shown[:OPEN]

    @property
    def seldom(self) -> list[MessageKind]:
        """The others of those that are shown."""
        return self.shown[OPEN:]

    @property
    def more_count(self) -> str:
        """How many read the kinds that are not shown."""
        return _count(self.more_readers)


def kinds_of(mailing: Mailing, preview: AudiencePreview, readers: Sequence[Reader]) -> MessageKinds:
    """The kinds of messages of an issue as it would leave now, most readers first.

    From the readers that a page has surveyed already; where they are too many for that, the database counts them all.
    """
    counted = _counted(mailing) if preview.is_capped else Counter((r.language, topics_in(r.context)) for r in readers)
    names = {topic.pk: name_in(topic, mailing.source_language) for topic in previewing.topics_of(mailing)}
    contents = {row.language: row for row in mailing.contents.all()}
    rows = sorted(counted.items(), key=lambda row: (-row[1], row[0][0], sorted(row[0][1])))
    shown = [
        MessageKind(
            language, _words(topics, names), count, previewing.query_of(language, topics), contents.get(language)
        )
        for (language, topics), count in rows[:SHOWN]
    ]
    return MessageKinds(
        shown=shown,
        more=len(rows) - len(shown),
        more_readers=sum(count for _kind, count in rows[SHOWN:]),
        languages=[(language, language_name(language)) for language in contents],
        topics=list(names.items()),
    )


def _count(readers: int) -> str:
    return ngettext("%(n)d reader", "%(n)d readers", readers) % {"n": readers}


def _words(topics: frozenset[int], names: dict[int, str]) -> str:
    if not names:
        return _("the whole issue")
    # In the order of the list.
    return ", ".join(name for pk, name in names.items() if pk in topics) or _("no topic")


def _counted(mailing: Mailing) -> Counter[tuple[str, frozenset[int]]]:
    """The same numbers from one query, however many readers there are."""
    everybody: Any = audience.people(mailing)
    people, names = everybody.filter(skip_reason="").order_by(), ["given_language"]
    if topics := issue_values(mailing).get("topics"):
        people, names = people.annotate(chosen=topics), ["given_language", "chosen"]
    found: Counter[tuple[str, frozenset[int]]] = Counter()
    for language, *chosen, count in people.values_list(*names).annotate(readers=Count("*")):
        # One choice can come in several orders.
        found[language, frozenset(chosen[0] if chosen else ())] += count
    return found
