"""The people of a list: those of one status, language, topic and origin, and how many there are of each."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, Q, Value
from django.db.models.functions import Coalesce, NullIf

from accounts.models import User
from contacts.languages import effective_language
from contacts.models import Contact, ContactList, Subscription
from contacts.models.people import ContactQuerySet

STATUSES = Subscription.Status.values


@dataclass(frozen=True)
class Wanted:
    """Which people of a list: their status, and language, topic (its id) and origin where they are asked for."""

    status: str = "active"
    language: str = ""
    topic: int = 0
    source: str | None = None

    @classmethod
    def asked(cls, given: Any) -> "Wanted":
        """From the query of a page; what makes no sense asks for nothing."""
        status, topic, source = given.get("status", ""), given.get("topic", ""), given.get("source")
        return cls(
            status if status in STATUSES else "active",
            given.get("language", "").replace("\0", "")[:10],
            int(topic) if topic.isascii() and topic.isdigit() and len(topic) < 10 else 0,
            ("" if source == "none" else source) if source in {*Subscription.Source.values, "none"} - {""} else None,
        )

    def query(self) -> str:
        """The same as a query of the page, without the number of the page."""
        parts = {
            "status": self.status,
            "language": self.language,
            "topic": str(self.topic or ""),
            "source": "" if self.source is None else self.source or "none",
        }
        return "&".join(f"{name}={value}" for name, value in parts.items() if value)

    @property
    def is_filtered(self) -> bool:
        """Whether more than the status is asked for."""
        return bool(self.language or self.topic or self.source is not None)


def reading_language() -> Any:
    """SQL on Contact joined with one of its subscriptions: the language it reads that list in."""
    chosen = NullIf(F("subscriptions__language"), Value(""))
    return Coalesce(chosen, effective_language(), output_field=CharField(max_length=10))


def readers(contact_list: ContactList, wanted: Wanted, *, visible_to: User) -> ContactQuerySet:
    """The people who are wanted, as far as the user may see them; erased ones have no subscription."""
    having = Q(subscriptions__contact_list=contact_list, subscriptions__status=wanted.status)
    if wanted.source is not None:
        having &= Q(subscriptions__source=wanted.source)
    if wanted.topic:
        having &= Q(subscriptions__topics=wanted.topic)
    people = Contact.objects.visible_to(visible_to).living().filter(having)
    if wanted.language:
        people = people.annotate(read_in=reading_language()).filter(read_in=wanted.language)
    return people


def numbers_by_status(lists: list[int]) -> dict[int, dict[str, int]]:
    """Numbers of people by status for each list, in one query."""
    by = {f"{status}": Count("pk", filter=Q(status=status)) for status in STATUSES}
    rows: Any = Subscription.objects.filter(contact_list__in=lists).order_by().values("contact_list").annotate(**by)
    return {row.pop("contact_list"): row for row in rows}


@dataclass(frozen=True)
class Numbers:
    """How many who get a list read it in which language, and came from where; each with the most first."""

    by_language: list[tuple[str, int]]
    by_source: list[tuple[str, int]]


def numbers_of(contact_list: ContactList) -> Numbers:
    """Those of a list, in one query: the database counts each pair of language and origin, of which there are few."""
    people = Contact.objects.filter(subscriptions__contact_list=contact_list, subscriptions__status="active")
    pairs = people.order_by().annotate(read_in=reading_language(), came_by=F("subscriptions__source"))
    languages, sources = Counter[str](), Counter[str]()
    for language, source, number in pairs.values_list("read_in", "came_by").annotate(number=Count("pk")):
        languages[language] += number
        sources[source] += number
    return Numbers(_most_first(languages), _most_first(sources))


def _most_first(numbers: Counter[str]) -> list[tuple[str, int]]:
    return sorted(numbers.items(), key=lambda row: (-row[1], row[0]))
