"""Ids of rows as forms and addresses send them."""

from uuid import UUID

# A larger number is no row's: 18 digits fit into the 64 bits of an id.
_MOST_DIGITS = 18


def id_in(text: str) -> int:
    """The id that a text is, 0 where it is none: then no row has it. Nothing a person sends raises."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0


def uuid_in(text: str) -> UUID | None:
    """The UUID that a text is, None where it is none. Nothing a person sends raises."""
    try:
        return UUID(text)
    except ValueError:
        return None
