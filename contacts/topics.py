"""A list's topics: added, worded, put in an order, closed to new readers, and deleted where nobody needs them.

Whoever changes the topics of a list holds its row, so that two colleagues leave one order behind.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, ProtectedError, Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from contacts.models import ContactList, Topic, TopicText

MOST = 12


class TopicRefused(ValueError):
    """The topic stays as it is; the message says why and what to do."""


@dataclass(frozen=True)
class TopicWords:
    """What a topic is called in one language, and one line on it."""

    language: str
    name: str
    description: str = ""


def topics_of(contact_list: ContactList) -> QuerySet[Topic, Any]:
    """The topics in their order, each with its words and `readers`: how many who get the list chose it."""
    chosen = Count("subscriptions", filter=Q(subscriptions__status="active"))
    return contact_list.topics.prefetch_related("texts").annotate(readers=chosen).order_by("position", "pk")


def name_in(topic: Topic, language: str) -> str:
    """What a topic is called in a language: its own words there, else those in English, else the first, else its slug.

    Reads `topic.texts.all()`, so prefetch them for many.
    """
    names = {text.language: text.name for text in topic.texts.all()}
    return names.get(language) or names.get("en") or next(iter(names.values()), topic.slug)


@transaction.atomic
def add_topic(contact_list: ContactList, words: Iterable[TopicWords], *, actor: User) -> Topic:
    """A new topic behind the others, offered to readers at once. Raises TopicRefused for a name that is taken."""
    _hold(contact_list)
    given = [one for one in words if one.name]
    if not given:
        raise TopicRefused(_("Give the topic a name in one language at least."))
    if contact_list.topics.count() >= MOST:
        raise TopicRefused(_("A list has %(n)d topics at most: more than that nobody reads.") % {"n": MOST})
    _refuse_taken(contact_list, given, but=None)
    last = contact_list.topics.aggregate(last=Max("position"))["last"]
    topic = Topic.objects.create(
        contact_list=contact_list,
        slug=_free_slug(contact_list, given[0].name),
        position=0 if last is None else last + 1,
    )
    TopicText.objects.bulk_create(TopicText(topic=topic, **_facts(one)) for one in given)
    record(actor, f"added the topic {given[0].name}", about=contact_list, label=contact_list.name)
    return topic


@transaction.atomic
def word_topic(topic: Topic, words: Iterable[TopicWords], *, actor: User) -> None:
    """Put these words in the place of the topic's; one without a name goes. Raises TopicRefused as add_topic does."""
    _hold(topic.contact_list)
    given = [one for one in words if one.name]
    if not given:
        raise TopicRefused(_("Give the topic a name in one language at least."))
    _refuse_taken(topic.contact_list, given, but=topic)
    topic.texts.exclude(language__in=[one.language for one in given]).delete()
    for one in given:
        TopicText.objects.update_or_create(topic=topic, language=one.language, defaults=_facts(one))
    record(actor, f"changed the topic {given[0].name}", about=topic.contact_list, label=topic.contact_list.name)


@transaction.atomic
def move_topic(topic: Topic, step: int, *, actor: User) -> bool:
    """Move it up (-1) or down (1) among the list's topics; False at the end of the row. Positions stay gapless."""
    _hold(topic.contact_list)
    rows = list(topic.contact_list.topics.order_by("position", "pk"))
    place = next((number for number, row in enumerate(rows) if row.pk == topic.pk), None)
    if place is None or not 0 <= place + step < len(rows):
        return False
    rows.insert(place + step, rows.pop(place))
    for number, row in enumerate(rows):
        row.position = number
    Topic.objects.bulk_update(rows, ["position"])
    record(actor, "changed the order of topics", about=topic.contact_list, label=topic.contact_list.name)
    return True


@transaction.atomic
def offer_topic(topic: Topic, is_open: bool, *, actor: User) -> bool:
    """Offer it to readers again, or no longer; those who chose it keep it. False where that was so already."""
    changed = Topic.objects.filter(pk=topic.pk, is_open=not is_open).update(is_open=is_open)
    if changed:
        verb = "opened" if is_open else "closed"
        record(actor, f"{verb} a topic to new readers", about=topic.contact_list, label=topic.contact_list.name)
    topic.is_open = is_open
    return bool(changed)


@transaction.atomic
def remove_topic(topic: Topic, *, actor: User) -> None:
    """Delete it. Raises TopicRefused where a reader chose it or a block of an issue carries it: close it instead."""
    _hold(topic.contact_list)
    if topic.subscriptions.exists():
        raise TopicRefused(_("Readers chose this topic. Close it instead: they keep it, and nobody new is offered it."))
    try:
        with transaction.atomic():
            Topic.objects.filter(pk=topic.pk).delete()
    except ProtectedError as error:
        raise TopicRefused(_("Issues have parts of this topic. Close it instead: what was sent stays true.")) from error
    record(actor, "deleted a topic that nobody had", about=topic.contact_list, label=topic.contact_list.name)


def _hold(contact_list: ContactList) -> None:
    ContactList.objects.select_for_update().get(pk=contact_list.pk)


def _facts(words: TopicWords) -> dict[str, str]:
    return {"language": words.language, "name": words.name, "description": words.description}


def _refuse_taken(contact_list: ContactList, given: list[TopicWords], *, but: Topic | None) -> None:
    """Two topics of a list are called the same in no language: readers could not tell them apart."""
    others = TopicText.objects.filter(topic__contact_list=contact_list)
    if but is not None:
        others = others.exclude(topic=but)
    taken = {(text.language, text.name.casefold()) for text in others}
    for one in given:
        if (one.language, one.name.casefold()) in taken:
            raise TopicRefused(_("There is a topic “%(name)s” already. Choose another name.") % {"name": one.name})


def _free_slug(contact_list: ContactList, name: str) -> str:
    start = slugify(name)[:50].strip("-") or "topic"
    taken = set(contact_list.topics.filter(slug__startswith=start).values_list("slug", flat=True))
    return next(slug for slug in (start, *(f"{start}-{n}" for n in range(2, 100))) if slug not in taken)
