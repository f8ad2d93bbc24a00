"""What the rooms to the right contribute to the home page and the search. Filled in AppConfig.ready()."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User


@dataclass(frozen=True)
class Task:
    """One row of "Needs you": what waits, why, and the page where it is done."""

    title: str
    reference: str
    detail: str
    url: str
    action: str
    icon: str = "mail"
    tone: str = ""
    primary: bool = False


@dataclass(frozen=True)
class Outgoing:
    """One row of "Going out": a mailing on its way."""

    title: str
    reference: str
    url: str
    to: str
    state: str
    tone: str
    when: str
    done: int | None = None
    total: int | None = None


@dataclass(frozen=True)
class Draft:
    """One row of "Your drafts"."""

    title: str
    detail: str
    url: str
    state: str
    tone: str
    changed_at: datetime


@dataclass(frozen=True)
class Tile:
    """One figure of the home page."""

    label: str
    value: str
    small: str
    note: str


@dataclass(frozen=True)
class Hit:
    """One answer of the search."""

    title: str
    detail: str
    url: str
    kind: str


tasks: list[Callable[[User], Iterable[Task]]] = []
outgoing: list[Callable[[User], Iterable[Outgoing]]] = []
drafts: list[Callable[[User], Iterable[Draft]]] = []
tiles: list[Callable[[User], Iterable[Tile]]] = []
# What waits in a place of the navigation: its name → a column of users that counts it. It is read with the user's own
# row, so that no page asks for it (accounts.roles).
nav_counts: dict[str, Callable[[], Any]] = {}
searches: list[Callable[[User, str], Iterable[Hit]]] = []
# Who wants to know that something happened, such as "statement.published" (desk/webhooks): the event, and about each
# time that it happened.
announcements: list[Callable[[str, Sequence[dict[str, Any]]], None]] = []


def announce(event: str, about: dict[str, Any]) -> None:
    """Say that something happened, inside the transaction in which it does: what is undone was never announced.

    `event` is one of desk.models.Webhook.Event; `about` names the row by its public reference, with no name and no
    address of a person. Who listens writes down what is to be told and asks nobody outside.
    """
    announce_all(event, [about])


def announce_all(event: str, abouts: Sequence[dict[str, Any]]) -> None:
    """`announce` for what happened many times in one transaction, such as an import: told in one go."""
    if abouts:
        for listener in announcements:
            listener(event, abouts)
