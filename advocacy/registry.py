"""What the rooms to the right add to a statement's pages. Filled in AppConfig.ready()."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from advocacy.models import Statement


@dataclass(frozen=True)
class Action:
    """A button on a statement: what it does and where. `blocked` says why it cannot be used now, in a sentence."""

    label: str
    url: str
    method: str = "post"
    primary: bool = False
    blocked: str = ""


@dataclass(frozen=True)
class SentTo:
    """One entry of "Where it went": when, and a sentence with numbers and no names. `url` is for the desk only."""

    at: datetime
    sentence: str
    url: str = ""


statement_actions: list[Callable[[User, Statement], Iterable[Action]]] = []
sent_to: list[Callable[[Statement], Iterable[SentTo]]] = []
