"""Lists that people join by themselves, as the public reads of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from contacts.models import ContactList, ListText, Topic


@dataclass(frozen=True)
class Offer:
    """One topic as a reader of one language sees it: its id, what it is called, and a line on it."""

    pk: int
    name: str
    description: str
    language: str


def open_lists() -> QuerySet[ContactList, Any]:
    """Lists with a public page, oldest first, with their texts."""
    return ContactList.objects.filter(is_open=True).prefetch_related("texts").order_by("pk")


def text_of(contact_list: ContactList, language: str) -> ListText:
    """What the list says in a language: its words there, else in the site's own, else the first there are.

    One nobody wrote gets the list's own name; it is not a row. Reads `texts.all()`, so prefetch them for many.
    """
    plain = ListText(contact_list=contact_list, language=settings.LANGUAGE_CODE, name=contact_list.name)
    return _in_language(contact_list.texts.all(), language) or plain


def languages_of(contact_list: ContactList) -> list[str]:
    """The languages a reader can choose: those the list has words in, else the site's own."""
    return [text.language for text in contact_list.texts.all()] or [settings.LANGUAGE_CODE]


def topics_offered(contact_list: ContactList, language: str) -> list[Offer]:
    """The topics a new reader can choose, in their order. Two queries."""
    rows = contact_list.topics.filter(is_open=True).prefetch_related("texts")
    return [_offer(topic, language) for topic in rows]


def _offer(topic: Topic, language: str) -> Offer:
    text = _in_language(topic.texts.all(), language)
    if text is None:
        return Offer(topic.pk, topic.slug, "", "")
    return Offer(topic.pk, text.name, text.description, text.language)


def _in_language(texts: Iterable[Any], language: str) -> Any:
    found = {text.language: text for text in texts}
    return found.get(language) or found.get(settings.LANGUAGE_CODE) or next(iter(found.values()), None)
