"""Names of people: the key they are sorted and searched by."""

import unicodedata

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
