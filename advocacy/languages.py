"""Languages of texts: which there are, and what their speakers call them."""

from functools import cache

from babel import Locale
from babel.core import UnknownLocaleError
from django.conf import settings
from django.utils.translation.trans_real import parse_accept_lang_header

from contacts.languages import content_languages, language_name


@cache
def own_name(code: str) -> str:
    """What speakers of a language call it, as a list shows it: "Français" for fr; the code when nobody knows."""
    try:
        name = Locale.parse(code.replace("-", "_")).get_display_name(code) or code
    except (UnknownLocaleError, ValueError):
        return code
    return name[:1].upper() + name[1:]


def is_language(code: str) -> bool:
    """Whether texts may be in this language."""
    return code in content_languages()


def language_choices() -> list[tuple[str, str]]:
    """Languages for a select box, by name in the reader's language."""
    return sorted(((code, language_name(code)) for code in content_languages()), key=lambda choice: choice[1])


def interface_language(code: str) -> str:
    """The language the page around a text is in: the nearest one the interface is translated into, else English.

    "fr-CA" is near "fr"; a language that has nothing to do with ours gets the site's own.
    """
    spoken = dict(settings.LANGUAGES)
    return next((near for near in (code, code.partition("-")[0]) if near in spoken), settings.LANGUAGE_CODE)


def is_reading_language(code: str) -> bool:
    """Whether public pages have addresses in this language: every language of texts, and those of the interface."""
    return is_language(code) or code in dict(settings.LANGUAGES)


def language_for(chosen: str, accepted: str) -> str:
    """The language to lead a visitor to: their own choice, else the first we have of `accepted` (an Accept-Language
    header), else the site's own."""
    if is_reading_language(chosen):
        return chosen
    for wanted, _weight in parse_accept_lang_header(accepted.lower()):
        for near in (wanted, wanted.partition("-")[0]):
            if is_reading_language(near):
                return near
    return settings.LANGUAGE_CODE
