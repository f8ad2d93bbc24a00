"""Choosing the audience: what a page asks for becomes rules, and an edit only where something changed."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from django.db import transaction

from accounts.models import User
from mailing.audience import rules_of
from mailing.lifecycle import record_edit
from mailing.models import AudienceRule, Mailing

Effect = AudienceRule.Effect

# Kind of a source → the columns of its rule but the number itself.
COLUMNS: dict[str, tuple[str, dict[str, Any]]] = {
    "segment": ("segment_id", {}),
    "list": ("contact_list_id", {}),
    "got": ("received_id", {"received_state": AudienceRule.Received.ALL}),
    "silent": ("received_id", {"received_state": AudienceRule.Received.UNANSWERED}),
}


class Source(NamedTuple):
    """Where people come from or are left out by: a saved audience, a list, whom another letter reached, or those of
    them who have not answered it."""

    kind: str
    pk: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """From "segment:3", as forms carry it; None for anything else."""
        kind, _colon, number = text.partition(":")
        is_number = number.isascii() and number.isdigit() and len(number) <= 18
        return cls(kind, int(number)) if kind in COLUMNS and is_number else None

    def __str__(self) -> str:
        return f"{self.kind}:{self.pk}"


@dataclass
class Choice:
    """An audience as a page shows it: a rule of its own, people by hand, sources, a courtesy limit.

    Criteria and sources are alternatives: whoever fits one of them gets the letter, unless a source or a colleague
    leaves them out. `days` leaves out whom we wrote to within them.
    """

    criteria: dict[str, Any] = field(default_factory=dict)
    days: int | None = None
    added: set[int] = field(default_factory=set)
    excluded: set[int] = field(default_factory=set)
    # Source → whether its people are included or left out.
    sources: dict[Source, str] = field(default_factory=dict)


def source_of(rule: AudienceRule) -> Source | None:
    """The source of a rule; None for the other rules."""
    if rule.segment_id:
        return Source("segment", rule.segment_id)
    if rule.contact_list_id:
        return Source("list", rule.contact_list_id)
    if rule.received_id:
        return Source("got" if rule.received_state == AudienceRule.Received.ALL else "silent", rule.received_id)
    return None


def choice_of(mailing: Mailing) -> Choice:
    """The audience that is saved."""
    found = Choice()
    for rule in rules_of(mailing):
        if rule.contact_id:
            (found.added if rule.effect == Effect.INCLUDE else found.excluded).add(rule.contact_id)
        elif rule.written_to_within_days is not None:
            found.days = rule.written_to_within_days
        elif source := source_of(rule):
            found.sources[source] = str(rule.effect)
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
        AudienceRule.objects.bulk_create(_rules(mailing, choice))
    return True


def _rules(mailing: Mailing, choice: Choice) -> list[AudienceRule]:
    rules = [AudienceRule(mailing=mailing, contact_id=pk) for pk in sorted(choice.added)]
    rules += [AudienceRule(mailing=mailing, effect=Effect.EXCLUDE, contact_id=pk) for pk in sorted(choice.excluded)]
    for source, effect in sorted(choice.sources.items()):
        column, further = COLUMNS[source.kind]
        rules.append(AudienceRule(mailing=mailing, effect=effect, **{column: source.pk}, **further))
    if choice.criteria:
        rules.append(AudienceRule(mailing=mailing, criteria=choice.criteria))
    if choice.days:
        rules.append(AudienceRule(mailing=mailing, effect=Effect.EXCLUDE, written_to_within_days=choice.days))
    return rules


def audience_of_unanswered(mailing: Mailing) -> dict[str, Any]:
    """The columns of a rule for whoever got this mailing and has not answered it."""
    return {"received": mailing, "received_state": AudienceRule.Received.UNANSWERED}
