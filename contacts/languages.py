"""The language a person is written to in, and what languages and countries are called.

A contact's own language wins. Without one the country decides: the first language its row of
contacts/reference/countries.csv lists; for countries outside the Union the first one Unicode CLDR calls official
there; English where neither says anything. Belgium, Luxembourg, Ireland, Malta, Finland and Cyprus have several or
shared languages, so what the country says is only a guess there (see `shares_languages`) and every contact can be
given a language of their own.
"""

import csv
from functools import cache
from pathlib import Path

from babel import Locale
from babel.core import UnknownLocaleError, get_global
from babel.languages import get_official_languages
from django.db.models import CharField, Expression, F, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language

from contacts.expressions import Lookup

REFERENCE = Path(__file__).parent / "reference"
FALLBACK = "en"
# Where the member organisations work beyond the Union (contacts/reference/members.csv), and the Ukrainian of uk rows.
NEIGHBOURS = ("BA", "BY", "CH", "GB", "MD", "MK", "RS", "TR", "UA")
# DOMAIN: several or shared languages, so that the country alone never settles it.
SHARED = frozenset({"BE", "CH", "CY", "FI", "IE", "LU", "MT", "BA", "BY"})
# Two letters in CLDR that are no country: unions, private use, unknown.
NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
# The Union writes EL for Greece and UK for the United Kingdom; we store ISO codes.
EU_SPELLING = {"EL": "GR", "UK": "GB"}


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def default_languages() -> dict[str, str]:
    """ISO country code → default language code, EU order first. Countries that are missing get English."""
    table = {row["iso2"]: row["official_eu_languages"].split()[0] for row in _rows("countries.csv")}
    for country in NEIGHBOURS:
        plain = [code for code in get_official_languages(country) if "_" not in code]
        table[country] = plain[0] if plain else FALLBACK
    return table


@cache
def content_languages() -> tuple[str, ...]:
    """Codes of every language a letter may be in: the Union's 24 in its order, then those of our neighbours."""
    codes = [row["code"] for row in _rows("languages.csv")]
    return tuple(dict.fromkeys([*codes, *default_languages().values()]))


def preferred_language(country: str) -> str:
    """The DEFAULT language of a country (ISO code). A contact's own language overrides it."""
    return default_languages().get(country, FALLBACK)


def shares_languages(country: str) -> bool:
    """Whether the country has several or shared languages, so that its default is only a guess."""
    return country in SHARED


def _locale() -> Locale:
    try:
        return Locale.parse((get_language() or FALLBACK).replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK)


def language_name(code: str) -> str:
    """What the reader's own language calls a language: "French" for fr; the code itself when nobody knows it."""
    return _locale().languages.get(code, code)


def country_name(code: str) -> str:
    """What the reader's own language calls a country: "Ireland" for IE; the code itself when nobody knows it."""
    return _locale().territories.get(code, code)


@cache
def script_of(code: str) -> str:
    """ISO 15924 code of the script a language is usually written in (Unicode CLDR): Latn, Cyrl, Grek."""
    likely = get_global("likely_subtags").get(code, "")
    return next((part for part in likely.split("_") if len(part) == 4), "Latn")


@cache
def country_aliases() -> dict[str, str]:
    """Casefolded word → ISO code: ISO-2 and ISO-3 codes, EU spellings and English names."""
    territories = {str(code): str(name) for code, name in Locale.parse("en").territories.items()}
    names = {code: name for code, name in territories.items() if len(code) == 2 and code not in NO_COUNTRIES}
    found = {name.casefold(): code for code, name in names.items()} | {code.casefold(): code for code in names}
    for row in _rows("countries.csv"):
        for word in (row["short_name_en"], row["official_name_en"], row["iso3"], row["eu_code"]):
            found[word.casefold()] = row["iso2"]
    return found | {spelling.casefold(): code for spelling, code in EU_SPELLING.items()}


@cache
def language_aliases() -> dict[str, str]:
    """Casefolded word → language code: codes, English names and the language's own name."""
    names = Locale.parse("en").languages
    found = {names[code].casefold(): code for code in content_languages() if code in names}
    found |= {row["endonym"].casefold(): row["code"] for row in _rows("languages.csv")}
    return found | {code: code for code in content_languages()}


def effective_country() -> F:
    """SQL on Contact: the country of the open mandate for an MEP, else the contact's own."""
    return F("country_now")


def effective_language() -> Expression:
    """SQL on Contact: the contact's own language, else the default of the effective country."""
    return Coalesce(
        NullIf(F("language"), Value("")),
        Lookup(effective_country(), default_languages(), FALLBACK),
        output_field=CharField(max_length=10),
    )
