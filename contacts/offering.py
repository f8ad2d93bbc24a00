"""What a list shows the public: its words in each language, and what it lacks before people can join by themselves."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from contacts.consent import set_wording
from contacts.languages import language_name
from contacts.models import ContactList, ListText


def lacks(
    contact_list: ContactList, written: Collection[str] | None = None, agreed: Collection[str] | None = None
) -> list[str]:
    """What must still be done before the list can be opened to the public, each as a sentence; [] when it may be.

    `written` and `agreed` are the languages of its words and of its wordings, read here where they are not given.
    """
    found = []
    if not contact_list.slug:
        found.append(_("Give the list an address: the last part of its public page's address, such as “network”."))
    written = languages_of(contact_list) if written is None else written
    if not written:
        found.append(_("Write what readers see, in one language at least: the name, and what is in it."))
    agreed = worded_languages(contact_list) if agreed is None else agreed
    for language in written:
        if language not in agreed:
            found.append(
                _("Write what people agree to in %(language)s: that page has no wording yet.")
                % {"language": language_name(language)}
            )
    return found


def worded_languages(contact_list: ContactList) -> set[str]:
    """The languages in which the list says what people agree to."""
    if contact_list.pk is None:
        return set()
    return set(contact_list.wordings.values_list("language", flat=True))


def languages_of(contact_list: ContactList) -> list[str]:
    """The languages in which the public reads of the list, in their order."""
    return list(contact_list.texts.values_list("language", flat=True)) if contact_list.pk else []


@transaction.atomic
def save_words(contact_list: ContactList, language: str, words: dict[str, Any], *, actor: User) -> None:
    """What readers see and agree to in one language: `name`, `frequency`, `summary`, `wording`.

    Another wording is a new version; who agreed before keeps the one they saw.
    """
    facts = {name: words[name] for name in ("name", "frequency", "summary")}
    ListText.objects.update_or_create(contact_list=contact_list, language=language, defaults=facts)
    set_wording(contact_list, words["wording"], by=actor, language=language)
    record(actor, f"wrote a list's words in {language}", about=contact_list, label=contact_list.name)


@transaction.atomic
def remove_words(contact_list: ContactList, language: str, *, actor: User) -> bool:
    """Take the list's words in one language from its public page. False for the last of an open list, which stays.

    Wordings are kept for ever: proofs point to them.
    """
    held = ContactList.objects.select_for_update().get(pk=contact_list.pk)
    if held.is_open and not held.texts.exclude(language=language).exists():
        return False
    if held.texts.filter(language=language).delete()[0]:
        record(actor, f"removed a list's words in {language}", about=held, label=held.name)
    return True
