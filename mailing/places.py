"""Places of alternative passages in a text: where they may stand, and putting a wording there. Knows no rows.

A place is `{{ passage_1 }}` alone in its paragraph or list item. It is filled before the fields are: a wording may
hold fields of its own, and is wrapped, styled and escaped as the rest of the letter is.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

MOST_PLACES = 9
PLACE = re.compile(r"\{\{\s*passage_([1-9])\s*\}\}")
# Editors leave spaces around a chip that stands alone.
_SPACE = r"(?:\s|&nbsp;|\u00a0|<br\s*/?>)*"
_ALONE = re.compile(rf"<(p|li)>{_SPACE}\{{\{{\s*passage_([1-9])\s*\}}\}}{_SPACE}</\1>\s*")
_ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>", re.DOTALL)


def token(place: int) -> str:
    """How a place is written."""
    return f"{{{{ passage_{place} }}}}"


def name(place: int) -> str:
    """The field name of a place, for chips."""
    return f"passage_{place}"


def places_in(html: str) -> set[int]:
    """The places that stand in a text."""
    return {int(number) for number in PLACE.findall(html)} if "passage_" in html else set()


def without(html: str) -> str:
    """A text with its places blanked, for whatever reads fields alone."""
    return PLACE.sub("", html) if "passage_" in html else html


def problem_of(html: str) -> str:
    """What is wrong with how places stand in a text, as a sentence; "" when nothing is."""
    if "passage_" not in html:
        return ""
    if left := PLACE.search(_ALONE.sub("", html)):
        sentence = _("Passage %(n)s stands among other words. Give it a paragraph of its own.")
        return sentence % {"n": left[1]}
    numbers = PLACE.findall(html)
    twice = next((number for number in numbers if numbers.count(number) > 1), None)
    return _("Passage %(n)s stands in this text twice. Take one of them out.") % {"n": twice} if twice else ""


def expanded(html: str, wording: Callable[[int], str]) -> str:
    """A text with the wording of each place in its stead; a place whose wording is "" goes with its paragraph."""

    def put(found: re.Match[str]) -> str:
        words = wording(int(found[2]))
        if found[1] == "p" or not words:
            return words
        one = _ONE_PARAGRAPH.fullmatch(words)
        return f"<li>{one[1] if one else words}</li>"

    return _ALONE.sub(put, html) if "passage_" in html else html


def chosen(context: Mapping[str, Any], place: int) -> int:
    """The passage (its id) that a recipient's frozen context names for a place; 0 for nothing."""
    return int((context.get("passages") or {}).get(str(place)) or 0)


def shape_of(context: Mapping[str, Any]) -> str:
    """Which passages or topics a recipient reads, as a short key: "1:12,2:0", "t3.5"; "" where all read the same.

    A reader without any of an issue's topics reads what is for everybody, as where an issue has none.
    """
    found = context.get("passages")
    parts = [f"{place}:{found[place] or 0}" for place in sorted(found)] if found else []
    if topics := topics_in(context):
        parts.append("t" + ".".join(map(str, sorted(topics))))
    return ",".join(parts)


def topics_in(context: Mapping[str, Any]) -> frozenset[int]:
    """The topics of an issue that a recipient's frozen context names (their ids)."""
    return frozenset(int(pk) for pk in context.get("topics") or [])


def removed(html: str, place: int) -> str:
    """A text without one of its places, and the paragraph that held it alone."""
    return _ALONE.sub(lambda found: "" if int(found[2]) == place else found[0], html)
