"""The patterns of the safety check, and the small questions it asks of what they match."""

import re
from collections.abc import Iterator

from advocacy.safety_words import (
    GIVEN_NAMES,
    LARGE_PLACES,
    NO_NAME_STEMS,
    NO_NAMES,
    OFFICES,
    PLACE_WORDS,
    ROLES,
    SMALL_PLACES,
)
from contacts.names import sort_key

# Characters of a sentence that are looked at together.
LONGEST = 1500

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
URL = re.compile(r"(?:https?://|www\.)\S+")

_MONTH = r"[^\W\d_]{3,12}\.?"
DATE = re.compile(
    r"\b(?:\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:19|20)?\d{2}"
    r"|(?:19|20)\d{2}-\d{2}-\d{2}"
    rf"|\d{{1,2}}(?:\.|st|nd|rd|th|er|º)?\s+(?:de\s+)?{_MONTH}\s+(?:de\s+|del\s+)?(?:19|20)\d{{2}}"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d{{2}})\b"
)
# What no telephone number is: any date, an hour, a span of years, a share.
ANY_DATE = re.compile(DATE.pattern + r"|\b\d{1,2}:\d{2}\b|\b(?:19|20)\d{2}\s?[-–/]\s?(?:19|20)?\d{2}\b")
YEAR = re.compile(r"\b(?:19[3-9]\d|20[0-2]\d)\b")

_AGE_NUMBER = r"(?:\d|[1-9]\d)"
AGE = re.compile(
    rf"\b{_AGE_NUMBER}[-\s]years?[-\s]old\b"
    rf"|\baged?\s+{_AGE_NUMBER}\b"
    rf"|\b(?:girl|boy|woman|man|mother|father|child|worker)\s+of\s+{_AGE_NUMBER}\b"
    rf"|(?<=,)\s?{_AGE_NUMBER}(?=,)|\({_AGE_NUMBER}\)"
    rf"|\b{_AGE_NUMBER}\s+(?:ans|años|anni|ani|de ani|lat|lata|let|jaar|godina)\b"
    rf"|\b{_AGE_NUMBER}\s+(?:года|лет|роки|років|години|ετών|χρονών)\b"
    rf"|\b{_AGE_NUMBER}[-\s]?(?:jährig|jarig|letni|letá|letý|річн|годишн|летн|χρον)\w*"
    rf"|\b{_AGE_NUMBER}\s+Jahre\s+alt\b|\b{_AGE_NUMBER}enne\b",
    re.IGNORECASE,
)
# An age that counts people or draws a line is nobody's own.
GROUP_AGE = re.compile(
    r"\b(?:under|over|above|below|between|than|least|from age|moins de|plus de|entre|jusqu|unter|über|ab|bis|zwischen|"
    r"menor(?:es)? de|mayor(?:es)? de|sotto i|oltre|onder|boven|poniżej|powyżej|sub|peste|під|понад|до|под|над)\s+"
    r"(?:the age of\s+|l'âge de\s+)?\d"
    r"|\d\s?(?:[-–]|to|and|bis|und|à|et|a|y|e|tot|do)\s?\d{1,2}\b|\d\s?%|\d{1,2} years of",
    re.IGNORECASE,
)

NUMBER = re.compile(r"(?<![\w/.(-])[A-ZА-ЯΑ-Ω]{0,4}[\s-]?\d[\dA-Z]*(?:[-/\s]?\d[\dA-Z]*){0,6}(?![\w(])")
# Formats that need no word beside them: a passport, a Polish, Romanian or Bulgarian number of a person, an account.
BARE_DOCUMENT = re.compile(r"[A-Z]{2}\s?\d{6,7}|[A-Z]\d{8}|[1-8]\d{12}|\d{11}|[A-Z]{2}\d{2}(?:\s?\w{4}){3,7}\s?\w{0,4}")
# Numbers of laws, files of a parliament, registers and books belong to everybody.
PUBLIC_NUMBER = re.compile(
    r"COM\s?\(|CELEX|ECLI|ISBN|ISSN|DOI|\bETS\b|CETS|\bOJ\b|\bL \d|Directive|Regulation|Richtlinie|Verordnung|"
    r"directive|Transparency Register|Register number|Register No|\d{9,14}-\d{2}\b|/\d{4}\(|\b(?:19|20)\d{2}/\d{1,4}\b|"
    r"€|EUR|euro|million|%",
)

PHONE = re.compile(r"(?<![\w/.(-])(?:\+|00|\(?0|(?<=\s)(?=\d))\(?\d[\d\s().\-/]{4,20}\d(?![\w/%])")
TELEPHONE_WORD = re.compile(
    r"(?:phone|tel\b|tel\.|telefon|téléphone|teléfono|telefono|mobile|mobil|handy|whatsapp|viber|signal|call her|"
    r"call him|тел|телефон|τηλ)\W*(?:\w+\W+){0,4}$",
    re.IGNORECASE,
)

_UPPER = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŌŐŒŔŘŚŞŠŢȚŤŪŮŰŲŹŻŽȘА-ЯЁІЇЄҐΑ-ΩΆΈΉΊΌΎΏ]"
_WORD = rf"{_UPPER}[^\W\d_]+(?:[-'’]{_UPPER}?[^\W\d_]+)?"
NAME = re.compile(rf"\b{_WORD}(?:\s(?:van|von|de|di|da|del|der|la|le|bin|al|{_UPPER}\.))?(?:\s{_WORD}|\s{_UPPER}\.)")
_ONE = re.compile(rf"\b{_WORD}")
_TITLE = re.compile(r"\b(?:Frau|Herr|Herrn|Ms|Mrs|Mr|Miss|Mme|Madame|M\.|Sra|Sr|Signora|Mevrouw|Pani|Pan|Doamna)\.?\s")


def _even(text: str) -> str:
    return sort_key(text).replace("'", " ").replace("’", " ")


def _keys(words: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for stems: each at the start of a word, and to its end where it closes with a space."""
    stems = sorted({_even(word) + (r"\b" if word.endswith(" ") else "") for word in words}, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(stem).replace(r"\\b", r"\b") for stem in stems) + ")")


_PATTERNS: dict[tuple[str, ...], re.Pattern[str]] = {}
_PLAIN_NO_NAMES = frozenset(_even(word) for word in NO_NAMES)
_PLAIN_STEMS = tuple(_even(word) for word in NO_NAME_STEMS)
_PLAIN_GIVEN = frozenset(_even(word) for word in GIVEN_NAMES)
_PLAIN_LARGE = frozenset(_even(word) for word in LARGE_PLACES)
_PLAIN_PLACE_WORDS = frozenset(_even(word) for word in PLACE_WORDS)


def says(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of the stems opens a word of the text."""
    if words not in _PATTERNS:
        _PATTERNS[words] = _keys(words)
    return _PATTERNS[words].search(_even(text)) is not None


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence; a shortened word may cut one, which only narrows what is looked at together.

    What goes on for ever without a full stop is cut too: the patterns take time that grows faster than the text.
    """
    start = 0
    for match in re.finditer(r"(?<=[^\W\d]{3}[.!?…])\s+(?=[\"“„«]?[^\W\d_a-z])|\n|$", text):
        for left in range(start, max(match.start(), start + 1), LONGEST):
            yield left, min(left + LONGEST, match.start())
        start = match.end()


def is_email_of_a_person(address: str) -> bool:
    """Whether the mailbox is not one of an office (info@, press@)."""
    mailbox = re.split(r"[.+_-]", address.partition("@")[0].lower())
    return not any(part in OFFICES for part in mailbox)


def is_phone(found: str, *, has_word: bool) -> bool:
    """Whether a run of digits is a telephone number: 8 to 15 digits with a prefix, 6 where a word announces one."""
    digits = re.sub(r"\D", "", found)
    has_prefix = found.lstrip("( ").startswith(("+", "0"))
    least = 6 if has_word else 8
    return least <= len(digits) <= 15 and (has_prefix or has_word)


def is_document(sentence: str, match: re.Match[str], words: tuple[str, ...]) -> bool:
    """Whether a number has the form of a document's, or five digits or more and a word for a document before it."""
    number = match[0].strip()
    if BARE_DOCUMENT.fullmatch(number) or BARE_DOCUMENT.fullmatch(re.sub(r"^[^\W\d]+[\s-]", "", number)):
        return True
    digits = re.search(r"\d", match[0])
    first = match.start() + (digits.start() if digits else 0)
    before = sentence[max(0, first - 40) : first]
    return len(re.sub(r"\D", "", number)) >= 5 and says(before + " ", words)


def names(sentence: str) -> Iterator[tuple[int, int]]:
    """Every pair of capitalised words, also those that share a word."""
    at = 0
    while match := NAME.search(sentence, at):
        yield match.span()
        first = _ONE.match(sentence, match.start())
        at = first.end() if first else match.end()


def is_place_near(sentence: str) -> bool:
    """Whether the sentence says where somebody comes from or is: a capitalised word after "from", or "a village"."""
    words = re.findall(r"[^\W_]+", sentence)
    plain = [_even(word) for word in words]
    if any(word.startswith(tuple(_even(place) for place in SMALL_PLACES)) for word in plain):
        return True
    for at, word in enumerate(words[1:], start=1):
        before = plain[max(0, at - 3) : at]
        if not word[:1].isupper() or plain[at] in _PLAIN_LARGE:
            continue
        if before[-1] in _PLAIN_PLACE_WORDS:
            return True
        if before[-1] in _ARTICLES and before[-2:-1] and before[-2] in _PLAIN_PLACE_WORDS:
            return True
    return False


_ARTICLES = {"the", "la", "le", "l", "der", "dem", "den", "el", "de", "het", "a", "an", "il", "lo"}


def is_name(words: str, *, has_known_given_name: bool) -> bool:
    """Whether two capitalised words look like a person: none is a word of this field.

    With `has_known_given_name` the first must be a given name we know: there a capital alone says nothing.
    """
    parts = [_even(part).strip(".") for part in words.replace("-", " ").split()]
    if any(part in _PLAIN_NO_NAMES or part.startswith(_PLAIN_STEMS) for part in parts):
        return False
    return parts[0] in _PLAIN_GIVEN if has_known_given_name else True


def lone_names(sentence: str) -> Iterator[tuple[int, int]]:
    """Given names that stand alone, and surnames after a title."""
    for match in _ONE.finditer(sentence):
        titled = _TITLE.search(sentence[max(0, match.start() - 9) : match.start()])
        if _even(match[0]) in _PLAIN_GIVEN or (titled and _even(match[0]) not in _PLAIN_NO_NAMES):
            yield match.span()


def says_role(sentence: str, start: int, end: int) -> bool:
    """Whether an office stands directly before or behind a name."""
    return says(sentence[max(0, start - 32) : start] + " | " + sentence[end : end + 32], ROLES)
