"""The readers of an issue as numbers: by language, by topic, by how they came to the list. Counted by the database."""

from typing import Any

from django.db.models import Count

from contacts.models import Subscription, TopicText
from mailing import audience
from mailing.audience import AudiencePreview
from mailing.issues.material import topic_ids
from mailing.models import Mailing


def summary(mailing: Mailing) -> AudiencePreview:
    """The numbers of an audience without its people, exact however many they are; one query beside the rules."""
    everybody: Any = audience.people(mailing).order_by()
    rows = everybody.values_list("skip_reason", "wanted_language", "given_language").annotate(people=Count("*"))
    left_out: dict[str, int] = {}
    languages: list[tuple[str, str, int]] = []
    for reason, wanted, given, count in rows:
        if reason:
            left_out[reason] = left_out.get(reason, 0) + count
        else:
            languages.append((wanted, given, count))
    recipients = sum(count for _wanted, _given, count in languages)
    by_language = sorted(languages, key=lambda row: (-row[2], row[0]))
    return AudiencePreview(recipients + sum(left_out.values()), recipients, left_out, by_language)


def _subscriptions(mailing: Mailing) -> Any:
    """The subscriptions of those who get it."""
    everybody: Any = audience.people(mailing)
    who = everybody.filter(skip_reason="").order_by()
    return Subscription.objects.filter(contact_list=mailing.contact_list_id, contact__in=who.values("pk"))


def by_topic(mailing: Mailing) -> list[tuple[str, int]]:
    """Each topic of this issue by its name, with how many of its readers chose it; nothing without topics."""
    wanted = topic_ids(mailing)
    if not wanted:
        return []
    rows = _subscriptions(mailing).filter(topics__in=wanted).values_list("topics").annotate(people=Count("pk"))
    counts = dict(rows)
    names: dict[int, str] = {}
    for topic, language, name in TopicText.objects.filter(topic__in=wanted).values_list("topic", "language", "name"):
        if topic not in names or language == mailing.source_language:
            names[topic] = name
    return [(names.get(topic, "–"), counts.get(topic, 0)) for topic in wanted]


def by_source(mailing: Mailing) -> list[tuple[str, int]]:
    """How its readers came to the list, most first."""
    words = dict(Subscription.Source.choices)
    rows = _subscriptions(mailing).values_list("source").annotate(people=Count("pk")).order_by("-people", "source")
    return [(str(words.get(source) or "–"), count) for source, count in rows]
