"""Short names in addresses: made from a title, never used twice."""

from typing import Any

from django.db import models
from django.utils.text import slugify


def free_slug(model: type[models.Model], words: str, *, default: str, most: int = 80) -> str:
    """A short name for `words` that no row of the model has; `default` where the words hold no letters a–z."""
    start = slugify(words)[:most].strip("-") or default
    manager: Any = model._default_manager
    taken = set(manager.filter(slug__startswith=start).values_list("slug", flat=True))
    if start not in taken:
        return start
    number = 2
    while f"{start}-{number}" in taken:
        number += 1
    return f"{start}-{number}"
