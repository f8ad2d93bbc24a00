"""A text as one line, as it stands in a header, a name or a heading."""

import unicodedata

# They hold letters and the parts of one picture together; without them a word or a picture falls apart.
JOINERS = "\u200c\u200d"


def one_line(text: str) -> str:
    """The text with single spaces, and without control characters, marks of direction and other unseen signs.

    Text that is copied out of a PDF brings them along: no header may hold them, and PostgreSQL takes no NUL.
    """
    if not text.isprintable():
        text = "".join(_kept(letter) for letter in text)
    return " ".join(text.split())


def _kept(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind in ("Cc", "Cs", "Zl", "Zp"):
        return " "
    return "" if kind == "Cf" and letter not in JOINERS else letter
