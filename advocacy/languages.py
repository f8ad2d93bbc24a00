"""Languages of texts: which there are, and what their speakers call them."""

from functools import cache

from babel import Locale
from babel.core import UnknownLocaleError
from django.conf import settings

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
    """The language the page around a text is in: `code` where the interface is translated, else English."""
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
