"""How the domain of each sender stands in the DNS: asked by beat, by a person or by a command, and kept beside it.

No page and no approval asks the DNS itself; they read what was kept, and say how old it is. Only evidence blocks: a
domain nobody looked at, or whose servers did not answer, is worth a look.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from mailing.domain_words import sentence_of, title_of
from mailing.findings import Item, Subject
from mailing.models import Sender
from mailing.story import is_issue
from transport.domains import Health, check
from transport.lookups import Lookups

# A look at a domain counts for so long; beat looks every day.
COUNTS_FOR = timedelta(days=3)


def look(sender: Sender) -> Health:
    """Ask the DNS about a sender's domain. Takes seconds: never in a transaction."""
    selectors = sender.dkim_selector.replace(",", " ").split()
    return check(sender.domain, returned_to=sender.bounce_domain, selectors=selectors, lookups=Lookups())


def keep(sender: Sender, health: Health) -> bool:
    """Keep what was found beside the sender; False, and nothing kept, when it has another domain by now."""
    with transaction.atomic():
        fresh = Sender.objects.select_for_update(of=("self",)).get(pk=sender.pk)
        if fresh.domain != health.domain:
            return False
        now = timezone.now()
        Sender.objects.filter(pk=fresh.pk).update(domain_health=health.stored(), domain_checked_at=now)
    sender.domain_health, sender.domain_checked_at = health.stored(), now
    return True


def check_sender(sender: Sender, *, actor: User) -> Health | None:
    """Look now, because a person asks for it; None where this installation asks no DNS."""
    if not settings.CHECK_DOMAINS:
        return None
    health = look(sender)
    with transaction.atomic():
        keep(sender, health)
        record(actor, "had the domain of a sender checked", about=sender, label=sender.name)
    return health


def check_all(senders: Iterable[Sender] | None = None) -> int:
    """Look at the domains of all senders; gives how many were looked at. Does nothing where the DNS is not asked."""
    if not settings.CHECK_DOMAINS:
        return 0
    found = list(Sender.objects.order_by("pk") if senders is None else senders)
    return sum(keep(sender, look(sender)) for sender in found)


def state_of(sender: Sender) -> str:
    """ "ok", "warn", "bad" or "unknown"; "" when its present domain was never looked at."""
    kept: dict[str, Any] = sender.domain_health or {}
    return str(kept.get("state", "")) if kept.get("domain") == sender.domain else ""


def findings_of(sender: Sender) -> list[Item]:
    """What was found, as lines: what is wrong first."""
    kept = sender.domain_health or {}
    if not state_of(sender):
        return []
    lines = [Item(one["about"], one["tone"], title_of(one), sentence_of(one)) for one in kept.get("findings", [])]
    order = {"bad": 0, "unknown": 1, "warn": 2, "ok": 3}
    return sorted(lines, key=lambda line: order.get(line.tone, 3))


@dataclass(frozen=True)
class Panel:
    """What a page shows of a sender's domain."""

    sender: Sender
    state: str
    lines: list[Item]
    is_asked: bool

    @property
    def word(self) -> str:
        """The state in a word or two."""
        words = {
            "ok": _("Set up"),
            "warn": _("Worth a look"),
            "bad": _("Not set up"),
            "unknown": _("Not known"),
        }
        return words.get(self.state, _("Not checked"))

    @property
    def tone(self) -> str:
        """The colour of the word."""
        return {"ok": "ok", "bad": "bad"}.get(self.state, "warn")


def panel_of(sender: Sender) -> Panel:
    """What was kept about a sender's domain, for a page; nobody is asked."""
    return Panel(sender, state_of(sender), findings_of(sender), bool(settings.CHECK_DOMAINS))


def health_line(subject: Subject) -> Iterator[Item]:
    """The line of the checklist: a failing domain blocks, one that is not known warns."""
    sender = subject.mailing.sender
    state, url = state_of(sender), f"{subject.link('letter_check')}#domain"
    values = {"domain": sender.domain}
    if not settings.CHECK_DOMAINS and not state:
        title = _("Nobody has checked whether %(domain)s may send mail") % values
        yield Item("domain", "warn", title, _("This installation does not ask the DNS (CHECK_DOMAINS)."))
        return
    if not state:
        detail = _("SPF, DKIM and DMARC tell the Parliament’s server that a letter is ours.")
        if is_issue(subject.mailing):
            detail = _("SPF, DKIM and DMARC tell mail servers that an issue is ours.")
        yield Item("domain", "warn", _("%(domain)s has not been checked yet") % values, detail, url, _("Check it"))
        return
    wrong = [line for line in findings_of(sender) if line.tone == "bad"]
    if wrong:
        for line in wrong:
            yield Item("domain", "bad", line.title, line.detail, url, _("Show what to set up"))
        return
    yield from _not_failing(sender, state, url)


def _not_failing(sender: Sender, state: str, url: str) -> Iterator[Item]:
    values = {"domain": sender.domain}
    at = sender.domain_checked_at
    if at is None or timezone.now() - at > COUNTS_FOR:
        title = _("%(domain)s was checked %(age)s ago") % (values | {"age": timesince(at) if at else "–"})
        yield Item("domain", "warn", title, _("It may have changed since."), url, _("Check it again"))
    elif state == "unknown":
        title = _("It is not known whether %(domain)s may send mail") % values
        yield Item("domain", "warn", title, _("Its DNS servers did not answer."), url, _("Check it again"))
    elif state == "warn":
        first = next(line for line in findings_of(sender) if line.tone == "warn")
        yield Item("domain", "warn", first.title, first.detail, url, _("Show it"))
    else:
        bits = [one["values"].get("bits") for one in sender.domain_health["findings"] if one["about"] == "dkim"]
        detail = _("%(address)s, key of %(bits)d bits.") if bits and bits[0] else "%(address)s"
        title = _("The sender’s domain is set up: SPF, DKIM and DMARC")
        yield Item("domain", "ok", title, detail % {"address": sender.from_email, "bits": bits[0] if bits else 0})
