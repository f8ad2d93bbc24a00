"""Choosing the audience: what a page asks for becomes rules, and an edit only where something changed."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import User
from contacts.models import Segment
from mailing.audience import rules_of
from mailing.lifecycle import record_edit
from mailing.models import AudienceRule, Mailing

Effect = AudienceRule.Effect


@dataclass
class Choice:
    """An audience as a page shows it: a saved segment, a rule of its own, people by hand, a courtesy limit.

    Segment and criteria are alternatives: whoever fits one of them gets the letter. `days` leaves out whom we wrote
    to within them.
    """

    segment: Segment | None = None
    criteria: dict[str, Any] = field(default_factory=dict)
    days: int | None = None
    added: set[int] = field(default_factory=set)
    excluded: set[int] = field(default_factory=set)
    # (effect, id of another mailing, "all" or "unanswered"): the people whom that mailing reached.
    received: set[tuple[str, int, str]] = field(default_factory=set)


def choice_of(mailing: Mailing) -> Choice:
    """The audience that is saved."""
    found = Choice()
    for rule in rules_of(mailing):
        if rule.contact_id:
            (found.added if rule.effect == Effect.INCLUDE else found.excluded).add(rule.contact_id)
        elif rule.received_id:
            found.received.add((rule.effect, rule.received_id, rule.received_state))
        elif rule.written_to_within_days is not None:
            found.days = rule.written_to_within_days
        elif rule.segment_id:
            found.segment = rule.segment
        else:
            found.criteria = rule.criteria or {}
    return found


def choose(mailing: Mailing, choice: Choice, *, actor: User) -> bool:
    """Make `choice` the audience; gives whether anything changed. Raises LifecycleError once sending has started."""
    with transaction.atomic():
        if choice_of(Mailing.objects.get(pk=mailing.pk)) == choice:
            return False
        record_edit(mailing, actor=actor, what="changed the audience")
        AudienceRule.objects.filter(mailing=mailing).delete()
        rules = [AudienceRule(mailing=mailing, contact_id=pk) for pk in sorted(choice.added)]
        rules += [AudienceRule(mailing=mailing, effect=Effect.EXCLUDE, contact_id=pk) for pk in sorted(choice.excluded)]
        if choice.segment:
            rules.append(AudienceRule(mailing=mailing, segment=choice.segment))
        if choice.criteria:
            rules.append(AudienceRule(mailing=mailing, criteria=choice.criteria))
        if choice.days:
            rules.append(AudienceRule(mailing=mailing, effect=Effect.EXCLUDE, written_to_within_days=choice.days))
        rules += [
            AudienceRule(mailing=mailing, effect=effect, received_id=pk, received_state=state)
            for effect, pk, state in sorted(choice.received)
        ]
        AudienceRule.objects.bulk_create(rules)
    return True


def audience_of_unanswered(mailing: Mailing) -> dict[str, Any]:
    """The columns of a rule for whoever got this mailing and has not answered it."""
    return {"received": mailing, "received_state": AudienceRule.Received.UNANSWERED}
