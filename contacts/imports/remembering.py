"""Names a person matched once, as the vocabulary asks for them: read once a file, and only when a word is unknown."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from contacts.models import RememberedName

# Kind → key → code, for the file that is being read; None where nothing is read and the database is left alone.
_names: ContextVar[dict[str, dict[str, str]] | None] = ContextVar("remembered_names", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """While one file is read: unknown words are looked up among the remembered ones, in one query at most."""
    token = _names.set({})
    try:
        yield
    finally:
        _names.reset(token)


def remembered(kind: str, key: str) -> str | None:
    """The code that a person gave for a word (its key), or None."""
    known = _names.get()
    if known is None:
        return None
    if not known:
        known.update({name: {} for name in RememberedName.Kind.values})
        for found in RememberedName.objects.values_list("kind", "key", "code"):
            known.setdefault(found[0], {})[found[1]] = found[2]
    return known.get(kind, {}).get(key[:200])
