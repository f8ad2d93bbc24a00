"""Names of people: the key they are sorted and searched by, and a readable form of AALTOLA.

Why the family name is worked out at all, and marked as a guess: docs/adr/0002-family-names.md.
"""

import re
import unicodedata

# Words that stand in front of a family name or inside it, in small letters in a letter's salutation.
_PARTICLES = {
    "a",
    "af",
    "al",
    "d",
    "da",
    "dal",
    "de",
    "degli",
    "dei",
    "del",
    "della",
    "delle",
    "den",
    "der",
    "des",
    "di",
    "do",
    "dos",
    "du",
    "e",
    "el",
    "i",
    "la",
    "las",
    "le",
    "los",
    "och",
    "of",
    "og",
    "op",
    "t",
    "te",
    "ten",
    "ter",
    "und",
    "van",
    "vom",
    "von",
    "y",
    "zu",
    "zum",
    "zur",
}
# Of those, the ones that stay small even as the first word: German nobility.
_ALWAYS_SMALL = {"von", "vom", "zu", "zum", "zur"}
# A prefix that the list itself prints in mixed case: McALLISTER, MacMANUS, FitzGERALD.
_MIXED_PREFIX = re.compile(r"^(Mc|Mac|Fitz|O['’])(?=[^\W\d_]{2})")
_INITIAL = re.compile(r"^[^\W\d_]\.$")
_APOSTROPHES = re.compile(r"(['’])")

# Letters that do not fall apart into a base letter and an accent.
_FOLD = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŋ": "n"}
)


def sort_key(name: str) -> str:
    """A collation key: accents and case folded, so that Ştefănuță and Ștefănuță stand side by side."""
    folded = name.casefold().translate(_FOLD)
    return " ".join(
        "".join(letter for letter in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(letter)).split()
    )


def split_full_name(full_name: str) -> tuple[str, str]:
    """Given and family name of a list's full name, in which the family name stands last and in capitals.

    "Lidia Joanna GERINGER de OEDENBERG" gives ("Lidia Joanna", "GERINGER de OEDENBERG"). Small particles in front of
    the capitals belong to the family name; an initial ("K.") does not. Without capitals the last word is taken.
    """
    words = full_name.split()
    if len(words) < 2:
        return "", full_name.strip()
    start = next((n for n, word in enumerate(words) if _is_capitals(word)), None)
    if start is None:
        start = len(words) - 1
    elif start == 0:
        start = 1  # All of it in capitals: one word at least is the given name.
    while start > 1 and (words[start - 1] in _PARTICLES or _is_lone_capital(words[start - 1])):
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:])


def readable_family_name(text: str, country: str = "") -> tuple[str, bool]:
    """A family name as a letter prints it, and whether it had to be worked out from capitals.

    Letters that the source itself has in small stay as they are (McALLISTER gives McAllister). Particles inside the
    name become small (PASCUAL DE LA PARTE gives Pascual de la Parte), the first keeps its capital (Van Brempt), as
    a salutation has it, but for the German von and zu. Never a certain answer: the caller marks it as a guess.
    """
    words = text.split()
    guessed = any(_is_capitals(word) for word in words)
    if not guessed:
        return " ".join(words), False
    return " ".join(_readable_word(word, n == 0, country) for n, word in enumerate(words)), True


def same_letters(one: str, other: str) -> bool:
    """Whether two spellings differ in capitals alone: BOẞDORF and Boßdorf, but not BOSSDORF."""
    return unicodedata.normalize("NFC", one).lower() == unicodedata.normalize("NFC", other).lower()


def _is_capitals(word: str) -> bool:
    """Two capital letters or more, after a prefix printed in mixed case; an initial such as "K." is none."""
    rest = _MIXED_PREFIX.sub("", word)
    letters = [letter for letter in rest if letter.isalpha()]
    return len(letters) >= 2 and all(letter.upper() == letter for letter in letters)


def _is_lone_capital(word: str) -> bool:
    """The Ó of Ó RÍORDÁIN."""
    return len(word) == 1 and word.isalpha() and word.isupper()


def _readable_word(word: str, is_first: bool, country: str) -> str:
    small = _lower(word)
    if word == small:
        return word
    if small in _PARTICLES and not _INITIAL.match(word) and (not is_first or small in _ALWAYS_SMALL):
        return small
    prefix = _MIXED_PREFIX.match(word)
    if prefix:
        return prefix.group() + _readable_word(word[prefix.end() :], True, country)
    if not _is_capitals(word):
        return word
    parts = word.split("-")
    return "-".join(_readable_part(part, is_first and n == 0, country) for n, part in enumerate(parts))


def _readable_part(part: str, is_first: bool, country: str) -> str:
    """One part between hyphens: capital after an apostrophe too, but d'Allonnes inside a name."""
    pieces = _APOSTROPHES.split(part)
    if len(pieces) >= 3 and pieces[2]:
        head = _lower(pieces[0]) if _lower(pieces[0]) == "d" and not is_first else _capital(pieces[0], country)
        return head + pieces[1] + _readable_part("".join(pieces[2:]), True, country)
    if not is_first and _lower(part) in {"van", "von", "de", "der", "den"}:
        return _lower(part)
    return _capital(part, country)


def _capital(part: str, country: str) -> str:
    # The lists print MCALLISTER as often as McALLISTER; Georgian names begin with Mche.
    if re.match(r"MC[A-Z]{3}", part) and not part.startswith("MCHE"):
        return "Mc" + part[2] + _lower(part[3:])
    if country == "NL" and part.startswith("IJ"):
        return "IJ" + _lower(part[2:])
    return part[:1] + _lower(part[1:])


def _lower(text: str) -> str:
    # The Turkish İ falls apart into two characters in Python's lower().
    return text.replace("İ", "i").lower()
