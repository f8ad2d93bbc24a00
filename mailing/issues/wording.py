"""The fixed words of an issue, language by language, from mailing/letter/issue-words.json; English where one lacks."""

import json
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

LETTER = Path(__file__).parent.parent / "letter"
WORDS = LETTER / "issue-words.json"


@cache
def _all() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(WORDS.read_text(encoding="utf-8"))
    return found


def languages() -> list[str]:
    """The languages in which the fixed words stand."""
    return list(_all())


def own_language(language: str) -> str:
    """The language in which the fixed words of an issue in `language` stand."""
    return language if language in _all() else "en"


def words_in(language: str) -> dict[str, str]:
    """The fixed words by key."""
    return _all()[own_language(language)]


def because(day: str, language: str) -> str:
    """Why a reader gets it: they subscribed, on a day (ISO) where that is known."""
    words = words_in(language)
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return words["because_undated"]
    return words["because"].format(day=format_date(on, format="long", locale=_locale(own_language(language))))


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale("en", "GB") if language == "en" else Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")
