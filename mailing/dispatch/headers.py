"""The header fields of a mailing beside those every message has (RELIABILITY 4.6, docs/deliverability.md).

A letter is written to one person: it carries its reference and nothing of a list, and a link to object in its text. A
newsletter names its list, says that it is bulk mail (so that no holiday note answers it), and can be left in one click
(RFC 2369, 2919, 8058).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote
from uuid import UUID

from mailing import unsubscribe
from mailing.models import Mailing
from mailing.moulds import LINKS, PAPER_LINK, PREFERENCES, UNSUBSCRIBE
from mailing.verp import local_part
from transport.message import ascii_address

# Gmail reads four fields between colons, of at most 127 characters together; the last, who sends, is of 5 to 15.
UNFIT = re.compile(r"[^A-Za-z0-9.-]+")


def fixed(mailing: Mailing, language: str) -> dict[str, str]:
    """Fields that are the same for every recipient of one language, in their order."""
    found = {"X-Reference": mailing.reference, "Content-Language": language}
    if mailing.kind != Mailing.Kind.NEWSLETTER:
        return found
    domain = _domain(mailing)
    name = list_name(mailing)
    return found | {
        "List-Id": f"<{name}.{domain}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
        "Feedback-ID": ":".join(UNFIT.sub("-", part) for part in (mailing.reference, name, "newsletter", domain[:15])),
    }


def own_count(mailing: Mailing) -> int:
    """How many values of its own (`own`) a message carries: its id, how it is left, and for a newsletter where to."""
    is_newsletter = mailing.kind == Mailing.Kind.NEWSLETTER
    return 3 if is_newsletter and mailing.sender.bounce_domain else 2


def own(public_id: UUID, count: int) -> list[str]:
    """What only one message carries: its id, the token to leave by, and its return address before the @-sign.

    Each is as long in every message, and of characters that mean themselves wherever they stand.
    """
    found = [str(public_id)]
    if count > 1:
        found.append(unsubscribe.token_for(public_id))
    if count > 2:
        found.append(local_part(public_id))
    return found


def worded(mailing: Mailing, own: Sequence[str]) -> dict[str, str]:
    """How a message is left, by the names of its header fields and of its merge field; the latter alone for letters."""
    _id, token, *path = own
    if mailing.kind != Mailing.Kind.NEWSLETTER:
        found = {UNSUBSCRIBE: unsubscribe.address_of(token, "object")}
        return found | {PAPER_LINK: unsubscribe.address_of(token, "paper")} if mailing.links_papers else found
    link = unsubscribe.address_of(token)
    # A token's characters mean themselves in an address, so only the space is written as %20 (RFC 6068 2).
    mailto = f"mailto:{_leaving_address(mailing, *path)}?subject=unsubscribe%20{token}"
    found = {"List-Unsubscribe": f"<{link}>, <{mailto}>", UNSUBSCRIBE: link}
    return found | {PREFERENCES: unsubscribe.address_of(token, "preferences")}


def personal(mailing: Mailing, public_id: UUID) -> dict[str, str]:
    """Header fields that differ from recipient to recipient: how this one leaves. None for letters."""
    found = worded(mailing, own(public_id, own_count(mailing)))
    return {name: value for name, value in found.items() if name not in LINKS}


def links(mailing: Mailing, public_id: UUID) -> dict[str, str]:
    """The addresses that stand in the text, by their merge fields: for the same purpose, and where the PDF is."""
    found = worded(mailing, own(public_id, own_count(mailing)))
    return {name: value for name, value in found.items() if name in LINKS}


def list_name(mailing: Mailing) -> str:
    """The left part of List-Id: by the list's number, so that a list that is renamed stays the same list."""
    return f"list-{mailing.contact_list_id}" if mailing.contact_list_id else "newsletter"


def _leaving_address(mailing: Mailing, path: str = "") -> str:
    """Where a mail that says "unsubscribe" goes: to the mailbox the program reads, else to where answers go.

    The token stands in the subject either way; an address of our own for each message (`path`) proves it a second time.
    """
    sender = mailing.sender
    if path:
        return f"{path}@{sender.bounce_domain}"
    return _in_an_address(sender.reply_to or sender.from_email)


@lru_cache(maxsize=64)
def _in_an_address(mailbox: str) -> str:
    """A mailbox as it stands in a mailto address (RFC 6068 2)."""
    local, _at, domain = ascii_address(mailbox).rpartition("@")
    return f"{quote(local, safe='+')}@{domain}"


def _domain(mailing: Mailing) -> str:
    """The sender's domain as it travels."""
    return _travelling(mailing.sender.domain)


@lru_cache(maxsize=64)
def _travelling(domain: str) -> str:
    return ascii_address(f"x@{domain}").removeprefix("x@")
