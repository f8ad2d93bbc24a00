"""From the words of a file to our codes: countries, groups, committees, roles, languages, genders.

Labels come in any of the Union's languages and in several spellings (EL or GR, UK or GB, EPP or PPE, Renew or RE), so
words are compared without case, accents and kind of apostrophe or dash.
"""

from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache

from babel import Locale
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from contacts.addresses import email_digest, email_key
from contacts.imports.errors import UnknownLabel, UnknownWord
from contacts.imports.records import Pull
from contacts.imports.remembering import remembered
from contacts.languages import country_aliases, language_aliases
from contacts.models import Body, RememberedName
from contacts.names import sort_key
from contacts.reference import day, table, words

_SIGNS = str.maketrans({"’": "'", "‘": "'", "`": "'", "–": "-", "—": "-", "‑": "-", "\u00a0": " "})
GENDERS = {
    "F": "f female frau mme mrs ms woman femme weiblich femenino donna kobieta",
    "M": "m male herr mr m. man homme mannlich masculino uomo mezczyzna",
}


@lru_cache(maxsize=20_000)
def word_key(text: str) -> str:
    """The form in which two spellings of a word are the same."""
    return sort_key(text.translate(_SIGNS)).replace(" /", "/").replace("/ ", "/")


def country(label: str) -> str:
    """ISO code of a country by code (ISO 2 or 3, or EU style) or by its name in any official language of the Union."""
    key = word_key(label)
    code = _english_countries().get(key) or _all_countries().get(key) or _remembered("country", label)
    if code is None:
        raise _unknown("country", _("“%(word)s” is not a country we know.%(hint)s"), label, _country_names())
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
    key = word_key(label)
    codes = _groups().get(key) or ([known] if (known := _remembered("group", label)) else [])
    if not codes:
        raise _unknown("group", _("“%(word)s” is not a political group we know.%(hint)s"), label, _group_codes())
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
    code = _committees().get(word_key(label)) or _remembered("committee", label)
    if code is None:
        codes = {word_key(row["code"]): row["code"] for row in table("committees")}
        raise _unknown("committee", _("“%(word)s” is not a committee we know.%(hint)s"), label, codes)
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
    code = _roles().get(word_key(label)) or _remembered("role", label)
    if code is None:
        roles = {word_key(word): word for word in ("Chair", "Vice-Chair", "Member", "Substitute", "Coordinator")}
        raise _unknown("role", _("“%(word)s” is not a role we know.%(hint)s"), label, roles)
    return code


def language(label: str) -> str:
    """Code of a language by code or name."""
    code = language_aliases().get(label.strip().casefold()) or _remembered("language", label)
    if code is None:
        known = {word: word for word in language_aliases()}
        raise _unknown("language", _("“%(word)s” is not a language we know.%(hint)s"), label, known)
    return code


def party(label: str) -> str:
    """A national party's name as we write it: the label itself, or what a person once said it means."""
    return (_remembered("party", label) if label else None) or label


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


def _remembered(kind: str, label: str) -> str | None:
    return remembered(kind, word_key(_plain(label)))


def _plain(label: str) -> str:
    """A word without control and direction marks, at most 200 characters."""
    return "".join(letter for letter in label if letter.isprintable()).strip()[:200]


def _shown(label: str) -> str:
    """A word as a sentence can show it."""
    clean = _plain(label)
    return clean if len(clean) <= 60 else clean[:59] + "…"


def _unknown(kind: str, sentence: str, label: str, known: dict[str, str]) -> UnknownWord:
    """The refusal of a word, naming the nearest known one; `known` gives for each key the word to show."""
    close = get_close_matches(word_key(label)[:60], known, n=1, cutoff=0.6)
    hint = " " + _("Did you mean %(word)s?") % {"word": known[close[0]]} if close else ""
    suggestion = _code(kind, known[close[0]]) if close else ""
    message = sentence % {"word": _shown(label), "hint": hint}
    return UnknownWord(message, kind=kind, label=_plain(label), suggestion=suggestion)


def _code(kind: str, word: str) -> str:
    """The code of a word we know, "" where it has none."""
    readers = {"country": country, "committee": committee, "role": role, "language": language}
    try:
        return readers[kind](word) if kind in readers else (_groups().get(word_key(word)) or [""])[0]
    except UnknownWord:
        return ""


def choices(kind: str) -> dict[str, str]:
    """Every code a word of this kind can mean, with its name, for a menu. Empty where any text may be said (party)."""
    english = Locale.parse("en")
    return {
        "country": {code: name for code, name in english.territories.items() if len(code) == 2 and code.isalpha()},
        "group": {row["code"]: row["official_name_en"] for row in table("groups")},
        "committee": {row["code"]: row["name_en"] for row in table("committees")},
        "role": {row["seat_role"]: row["label_en"] for row in reversed(table("roles")) if row["seat_role"]},
        "language": {code: english.languages.get(code, code) for code in sorted(set(language_aliases().values()))},
        "address": {"confirmed": _("It is right: import it")},
    }.get(kind, {})


def unknown_labels(pull: Pull) -> list[UnknownLabel]:
    """The words of a pull that a person is asked about, each once: what comes most often first."""
    return sorted(pull.unknown.values(), key=lambda found: (-found.count, found.row))


def remember(kind: str, label: str, code: str, actor: User | None) -> RememberedName:
    """Put down what a word means, so that no import asks again; read the file once more to have it used.

    Of an address that was confirmed (kind "address") only the keyed hash is kept. Raises UnknownWord with a sentence
    when `kind` or `code` is none we know.
    """
    known = choices(kind)
    if kind not in RememberedName.Kind.values or (code not in known if known else not code.strip()):
        raise UnknownWord(_("“%(word)s” is none of the answers one can give here.") % {"word": _shown(code)})
    is_address = kind == RememberedName.Kind.ADDRESS
    key = email_digest(email_key(label)) if is_address else word_key(_plain(label))[:200]
    facts = {"label": "" if is_address else _plain(label), "code": code.strip()[:200], "by": actor}
    with transaction.atomic():
        found, _is_new = RememberedName.objects.update_or_create(kind=kind, key=key, defaults=facts)
        sentence = "confirmed an address that looks like another one" if is_address else f"said what a {kind} means"
        audit.record(actor, f"{sentence} for imports", about=found, label=found.label)
    return found
