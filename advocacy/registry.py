"""What the rooms to the right add to the pages of statements and campaigns. Filled in AppConfig.ready()."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from advocacy.models import ActionPlan, Ask, Campaign, Statement


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
# Links on a plan's page: the same, followed and not posted.
plan_actions: list[Callable[[User, ActionPlan], Iterable[Action]]] = []
sent_to: list[Callable[[Statement], Iterable[SentTo]]] = []


@dataclass(frozen=True)
class StoryEntry:
    """One moment of a campaign: what happened, with numbers and no names of people.

    `url` leads to its page in the workspace. The public page shows it only when `is_public`, with `public_url`; there
    `title` stands alone. `language` is that of the title where it is somebody's words.
    """

    at: datetime
    kind: str
    title: str
    detail: str = ""
    url: str = ""
    public_url: str = ""
    icon: str = "info"
    is_public: bool = False
    language: str = ""


campaign_story: list[Callable[[Campaign], Iterable[StoryEntry]]] = []


@dataclass(frozen=True)
class AskUse:
    """One place where an ask stands: what kind of place, its title and state, and its page in the workspace."""

    kind: str
    title: str
    detail: str
    url: str


# Public pages of other rooms for the sitemap: advocacy.sitemap.Page, made when it is asked for.
public_pages: list[Callable[[], Iterable[Any]]] = []
ask_uses: list[Callable[[User, Ask], Iterable[AskUse]]] = []
