"""Words put together as a sentence does."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _


def join(words: Iterable[Any], conjunction: str = "") -> str:
    """ "a, b or c" from ["a", "b", "c"]."""
    items = [str(word) for word in words]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction or _('or')} {items[-1]}"
