"""From the words of a file to our codes: countries, groups, committees, roles, languages, genders.

Labels come in any of the Union's languages and in several spellings (EL or GR, UK or GB, EPP or PPE, Renew or RE), so
words are compared without case, accents and kind of apostrophe or dash.
"""

from datetime import date
from difflib import get_close_matches
from functools import cache

from babel import Locale
from django.utils.translation import gettext as _

from contacts.languages import country_aliases, language_aliases
from contacts.models import Body
from contacts.names import sort_key
from contacts.reference import day, table, words

_SIGNS = str.maketrans({"’": "'", "‘": "'", "`": "'", "–": "-", "—": "-", "‑": "-", "\u00a0": " "})
GENDERS = {
    "F": "f female frau mme mrs ms woman femme weiblich femenino donna kobieta",
    "M": "m male herr mr m. man homme mannlich masculino uomo mezczyzna",
}


def word_key(text: str) -> str:
    """The form in which two spellings of a word are the same."""
    return sort_key(text.translate(_SIGNS)).replace(" /", "/").replace("/ ", "/")


class UnknownWord(ValueError):
    """A word that no table knows; the message says so, with the nearest known word."""


def country(label: str) -> str:
    """ISO code of a country by code (ISO 2 or 3, or EU style) or by its name in any official language of the Union."""
    key = word_key(label)
    code = _english_countries().get(key) or _all_countries().get(key)
    if code is None:
        raise UnknownWord(_("“%(word)s” is not a country we know.%(hint)s") % _hint(label, _country_names()))
    return code


@cache
def _english_countries() -> dict[str, str]:
    found = {word_key(word): code for word, code in country_aliases().items()} | {"gbr": "GB"}
    # Where the Union's own style differs from Unicode CLDR, and older names.
    for row in table("country_aliases"):
        for word in words(row["aliases"]):
            found.setdefault(word_key(word), row["iso2"])
    return found


@cache
def _country_names() -> dict[str, str]:
    names = Locale.parse("en").territories
    return {word_key(name): name for code, name in names.items() if len(code) == 2 and code.isalpha()}


@cache
def _all_countries() -> dict[str, str]:
    """Names in every language of languages.csv; the Union's own countries win where a name means two."""
    found: dict[str, str] = {}
    union = {row["iso2"] for row in table("countries")} | {"GB"}
    locales = [Locale.parse(row["code"]) for row in table("languages")]
    for only_union in (True, False):
        for locale in locales:
            for code, name in locale.territories.items():
                if len(code) == 2 and code.isalpha() and (code in union) is only_union:
                    found.setdefault(word_key(name), code)
    return found


def group(label: str, on: date) -> str:
    """Code of the political group a label meant on a day: GUE/NGL is GUE_NGL until 2020 and The Left since."""
    codes = _groups().get(word_key(label))
    if not codes:
        raise UnknownWord(_("“%(word)s” is not a political group we know.%(hint)s") % _hint(label, _group_codes()))
    for code in codes:
        started_on, ended_on = _group_dates()[code]
        if (started_on is None or started_on <= on) and (ended_on is None or on <= ended_on):
            return code
    return codes[-1]


@cache
def _groups() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in table("groups"):
        own = [row["code"], row["api_v2_label"], row["short_en"], row["short_fr"], row["official_name_en"]]
        for word in {word_key(word) for word in [*own, *words(row["aliases"])]}:
            found.setdefault(word, []).append(row["code"])
    return found


@cache
def _group_dates() -> dict[str, tuple[date | None, date | None]]:
    return {row["code"]: (day(row["valid_from"]), day(row["valid_to"])) for row in table("groups")}


@cache
def _group_codes() -> dict[str, str]:
    return {word_key(word): row["short_en"] for row in table("groups") for word in (row["code"], row["short_en"])}


@cache
def _committees() -> dict[str, str]:
    found: dict[str, str] = {}
    for row in table("committees"):
        for word in [row["code"], row["name_en"], *words(row["aliases"])]:
            found.setdefault(word_key(word), row["code"])
    return found


def committee(label: str) -> str:
    """Code of a committee by code or name."""
    code = _committees().get(word_key(label))
    if code is None:
        codes = {word_key(row["code"]): row["code"] for row in table("committees")}
        raise UnknownWord(_("“%(word)s” is not a committee we know.%(hint)s") % _hint(label, codes))
    return code


def delegation(label: str) -> str:
    """Code of a delegation. Delegations are not in our tables; a code such as D-UA or DSEE makes its body."""
    code = label.strip().upper()
    if not (3 <= len(code) <= 8 and code.replace("-", "").isalnum() and code.isascii()):
        raise UnknownWord(_("“%(word)s” does not look like the code of a delegation.") % {"word": _shown(label)})
    return code


@cache
def _roles() -> dict[str, str]:
    found: dict[str, str] = {}
    for row in table("roles"):
        if row["seat_role"]:
            for word in [row["code"], row["seat_role"], row["label_en"], *words(row["aliases"])]:
                found.setdefault(word_key(word), row["seat_role"])
    return found


def role(label: str) -> str:
    """Our code of a role by the Parliament's code, a letter of the lists (C, V, M, S) or a word."""
    code = _roles().get(word_key(label))
    if code is None:
        roles = {word_key(word): word for word in ("Chair", "Vice-Chair", "Member", "Substitute", "Coordinator")}
        raise UnknownWord(_("“%(word)s” is not a role we know.%(hint)s") % _hint(label, roles))
    return code


def language(label: str) -> str:
    """Code of a language by code or name."""
    code = language_aliases().get(label.strip().casefold())
    if code is None:
        hint = _hint(label, {word: word for word in language_aliases()})
        raise UnknownWord(_("“%(word)s” is not a language we know.%(hint)s") % hint)
    return code


def gender(label: str) -> str | None:
    """F or M; None for an empty cell or a word for "not known"."""
    key = word_key(label)
    if key in {"", "x", "unknown", "n/a", "nap", "nkn", "nst", "diverse", "other"}:
        return None
    for code, known in GENDERS.items():
        if key in known.split():
            return code
    raise UnknownWord(_("“%(word)s” is not a gender we know. Write F, M or leave it empty.") % {"word": _shown(label)})


@cache
def organisations() -> dict[str, tuple[str, str]]:
    """The Open Data API's organisation ids: id → (kind of body, code)."""
    found: dict[str, tuple[str, str]] = {}
    for name, kind in (("groups", Body.Kind.GROUP), ("committees", Body.Kind.COMMITTEE)):
        for row in table(name):
            for number in words(row["api_org_ids"]):
                found[number] = (kind.value, row["code"])
    return found


def _shown(label: str) -> str:
    """A word as a sentence can show it."""
    clean = "".join(letter for letter in label if letter.isprintable()).strip()
    return clean if len(clean) <= 60 else clean[:59] + "…"


def _hint(label: str, known: dict[str, str]) -> dict[str, str]:
    close = get_close_matches(word_key(label)[:60], known, n=1, cutoff=0.6)
    hint = " " + _("Did you mean %(word)s?") % {"word": known[close[0]]} if close else ""
    return {"word": _shown(label), "hint": hint}
