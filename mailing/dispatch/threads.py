"""Threading a follow-up under the letters before it: In-Reply-To and References (RFC 5322 3.6.4).

The freeze writes the Message-IDs of the earlier letters to the same person into the context (`thread`, oldest first).
Somebody who got none of them, added by hand, gets a message without these fields.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from transport.message import text_value

FIELD = "In-Reply-To"


def ids_of(context: Mapping[str, Any]) -> list[str]:
    """The Message-IDs of the earlier letters, oldest first.

    A database writes a UUID with or without its hyphens; what it found for nobody has only the part behind the @-sign.
    """
    found = []
    for stored in context.get("thread") or []:
        public_id, _at, domain = str(stored).partition("@")
        if public_id:
            found.append(f"<{UUID(public_id)}@{domain}>")
    return found


def fields(context: Mapping[str, Any]) -> dict[str, str]:
    """Header fields by name, in their order; none where there is no earlier letter."""
    ids = ids_of(context)
    return {FIELD: ids[-1], "References": " ".join(ids)} if ids else {}


def lines(context: Mapping[str, Any]) -> bytes:
    """The same as header lines, each with its end."""
    return "".join(f"{name}: {text_value(name, value)}\r\n" for name, value in fields(context).items()).encode("ascii")
