"""How often somebody may ask for mail: turns that are taken, counted in rows by conditional UPDATE."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.registry import Task
from accounts.roles import waiting
from contacts.models import Turn
from contacts.retention import Rule

# No limit looks back further than a day.
KEPT_DAYS = 2


def keyed(kind: str, text: str) -> str:
    """The keyed hash under which turns of an address or a client are counted; nobody reads one back from it."""
    return salted_hmac(f"contacts.turns.{kind}", text, algorithm="sha256").hexdigest()


def take(kind: str, digest: str, *, most: int, within: timedelta) -> bool:
    """Take one of the `most` turns that there are `within` a time, counted from the first. False when none is left.

    Two who ask at once get two turns or one: the row decides. Taken back with the transaction.
    """
    now = timezone.now()
    rows = Turn.objects.filter(kind=kind, digest=digest)
    if _count_up(rows, now - within, most) or rows.filter(since__lte=now - within).update(since=now, number=1):
        return True
    _row, is_first = Turn.objects.get_or_create(kind=kind, digest=digest, defaults={"since": now})
    # It may have come into being between the two looks.
    return is_first or bool(_count_up(rows, now - within, most))


def _count_up(rows: QuerySet[Turn, Any], since: datetime, most: int) -> int:
    return rows.filter(since__gt=since, number__lt=most).update(number=F("number") + 1)


def is_used_up(kind: str, digest: str = "", *, most: int, within: timedelta) -> bool:
    """Whether every turn of this time is taken."""
    return _used_up(kind, digest, most, within).exists()


def _used_up(kind: str, digest: str, most: int, within: timedelta) -> QuerySet[Turn, Any]:
    return Turn.objects.filter(kind=kind, digest=digest, since__gt=timezone.now() - within, number__gte=most)


def breaker_is_open() -> bool:
    """Whether so many confirmations were sent within an hour that no more are: somebody floods the forms."""
    return is_used_up(Turn.Kind.ALL, most=settings.CONFIRMATIONS_PER_HOUR, within=timedelta(hours=1))


def breaker_column() -> Exists:
    """The same as a column of users, so that the first page has no query of its own for it."""
    return Exists(_used_up(Turn.Kind.ALL, "", settings.CONFIRMATIONS_PER_HOUR, timedelta(hours=1)))


def flooded(user: User) -> Iterable[Task]:
    """A row of the first page while the breaker is open, for those who look after lists."""
    if user.has_perm("contacts.edit") and waiting(user, "breaker"):
        yield Task(
            _("Somebody floods the sign-up forms"),
            "",
            _("%(n)d confirmations were mailed within an hour, so no more are for now; nobody is told.")
            % {"n": settings.CONFIRMATIONS_PER_HOUR},
            reverse("contacts:list_list"),
            _("Look at the lists"),
            "alert",
            "bad",
        )


def old_turns(before: datetime) -> QuerySet[Any]:
    """Turns that no limit looks at any more."""
    return Turn.objects.filter(since__lt=before)


def rule() -> Rule:
    """The rule of contacts.retention that throws them away."""
    return Rule(
        "turns", gettext_lazy("Counts of who asked for mail"), KEPT_DAYS, old_turns, lambda rows: rows.delete()[0]
    )
