"""Making one person of two rows.

Everything that leads to the losing row moves to the other, found by looking at the models themselves, so that a model
added later moves too. What cannot be moved stays with the losing row, which is kept: emptied like an erased person, out
of every list, its old link leading to the other. That is so for the proof of consent, which is append-only, and for a
second delivery of one mailing: both letters were sent, to two addresses, and the ledger says so.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.append_only import TABLES as APPEND_ONLY
from accounts.audit import record
from accounts.models import User
from contacts import consent, registry
from contacts.correcting import correct
from contacts.erasure import emptied
from contacts.models import Contact, ContactList, Mandate, Merge, Suppression
from contacts.settling import SETTLED

# What a person chooses between, field by field. Secrecy is not among them: it wins.
FIELDS = (
    "given_name",
    "family_name",
    "gender",
    "language",
    "country",
    "email",
    "phone",
    "postal_address",
    "legal_basis",
    "source",
)
# The mailbox is gone: that is said of an address, all else of the person who has it.
OF_THE_ADDRESS = Suppression.Reason.HARD_BOUNCE


class Refused(ValueError):
    """The two cannot be one; the message says why, for whoever tried."""


@dataclass
class Outcome:
    """What became of a merge: rows moved and rows that stay with the emptied row, by the label of their model."""

    moved: dict[str, int] = field(default_factory=dict)
    stayed: dict[str, int] = field(default_factory=dict)


def relations() -> Iterator[tuple[type[models.Model], "models.Field[Any, Any]"]]:
    """Every column of every table that points to a contact, those of many-to-many tables too."""
    for model in apps.get_models(include_auto_created=True):
        for column in model._meta.concrete_fields:
            if column.related_model is Contact:
                yield model, column


def rows_of(contact: Contact) -> dict[str, int]:
    """How many rows lead to a contact, by the label of their model; one query. None of those that have none."""
    counts = {}
    for number, (model, column) in enumerate(relations()):
        rows = model._base_manager.filter(**{column.name: OuterRef("pk")}).order_by().values(column.name)
        found = Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        counts[f"rows_{number}"] = (model._meta.label, Coalesce(found, 0))
    names = Contact.objects.filter(pk=contact.pk).annotate(**{name: count for name, (_label, count) in counts.items()})
    row = names.values(*counts).get()
    totals: dict[str, int] = {}
    for name, (label, _count) in counts.items():
        totals[label] = totals.get(label, 0) + row[name]
    return {label: number for label, number in totals.items() if number}


def why_not(winner: Contact, loser: Contact) -> str:
    """Why these two cannot be made one; "" when they can."""
    if winner.pk == loser.pk:
        return _("This is one person already.")
    if winner.erased_at or loser.erased_at:
        return _("One of the two was erased or merged in the meantime.")
    mandates = list(Mandate.objects.filter(contact__in=[winner, loser]).values_list("contact_id", "ep_id", "ended_on"))
    numbers = [{ep_id for pk, ep_id, _end in mandates if pk == person.pk} for person in (winner, loser)]
    if numbers[0] and numbers[1] and not numbers[0] & numbers[1]:
        return _("The Parliament has a number for each of them, so they are two people.")
    if len({pk for pk, _ep_id, ended_on in mandates if ended_on is None}) == 2:
        return _("Both have an open mandate. End the one that is wrong first, by an import or by its dates.")
    return next((reason for contribute in registry.merge_refusals for reason in contribute(winner, loser)), "")


def preferred(winner: Contact, loser: Contact) -> dict[str, str]:
    """The choice offered for each field: what the winner has, else what the loser has ("one" or "other")."""
    empty = {"gender": "X"}
    return {
        name: "other" if getattr(winner, name) == empty.get(name, "") and getattr(loser, name) else "one"
        for name in FIELDS
    }


@transaction.atomic
def merge(winner: Contact, loser: Contact, choices: Mapping[str, str], *, actor: User) -> Outcome:
    """Make the loser part of the winner. `choices` says for each of FIELDS whose value stays: "one" or "other".

    All or nothing. Raises Refused with a sentence.
    """
    locked = Contact.objects.select_for_update(of=("self",)).filter(pk__in=[winner.pk, loser.pk]).order_by("pk")
    rows = {row.pk: row for row in locked}
    if not rows.keys() >= {winner.pk, loser.pk}:
        raise Refused(_("One of the two is no longer there: an import that had made them was taken back."))
    winner, loser = rows[winner.pk], rows[loser.pk]
    if reason := why_not(winner, loser):
        raise Refused(reason)
    taken = {name: getattr(loser, name) for name in FIELDS if choices.get(name) == "other"}
    changes = {name: value for name, value in taken.items() if getattr(winner, name) != value}
    digests = {winner.email_digest, loser.email_digest} - {""}
    outcome = Outcome()
    for model, column in relations():
        _move(model, column, winner, loser, outcome)
    _empty(loser, winner.email_digest if "email" in changes else loser.email_digest)
    if told := [at for at in (winner.informed_at, loser.informed_at) if at]:
        changes["informed_at"] = min(told)
    changes["is_confidential"] = winner.is_confidential or loser.is_confidential
    correct(winner, changes, actor=actor)
    Merge.objects.create(shell=loser, into=winner, by=actor, moved=outcome.moved)
    left = Contact.objects.get(pk=winner.pk)
    _keep_suppressed(left, digests)
    _end_objected(left)
    record(actor, f"merged two contacts into one and moved {sum(outcome.moved.values())} rows", about=winner)
    return outcome


def _move(model: type[models.Model], column: Any, winner: Contact, loser: Contact, outcome: Outcome) -> None:
    """Move the loser's rows of one table: by its own rule where it has one, else all that the database lets move."""
    rows = model._base_manager.filter(**{column.name: loser})
    label, before = model._meta.label, rows.count()
    if not before:
        return
    if model._meta.db_table not in APPEND_ONLY:
        settle: Callable[..., None] = SETTLED.get(label, _move_rows)
        settle(rows, column.name, winner, loser)
    left = rows.all().count()  # Anew: a rule may have read the rows, which keeps them.
    outcome.moved[label] = outcome.moved.get(label, 0) + before - left
    if left:
        outcome.stayed[label] = outcome.stayed.get(label, 0) + left


def _move_rows(rows: Any, name: str, winner: Contact, loser: Contact) -> None:
    """All at once; where the database refuses one because the winner has its like, one by one, and that one stays."""
    try:
        with transaction.atomic():
            rows.update(**{name: winner})
    except IntegrityError:
        for pk in list(rows.values_list("pk", flat=True)):
            try:
                with transaction.atomic():
                    rows.filter(pk=pk).update(**{name: winner})
            except IntegrityError:
                continue
    if rows.model._meta.auto_created:
        rows.all().delete()  # A tag that both have.


def _empty(loser: Contact, digest: str) -> None:
    """Take name and addresses out of the losing row. The hash of the address nobody has now stays there, whosever it
    was, so that an import that still has it finds the person it belongs to (contacts/imports/addressing.py)."""
    Contact.objects.filter(pk=loser.pk).update(**(emptied() | {"email_digest": digest}))


def _keep_suppressed(winner: Contact, digests: set[str]) -> None:
    """Whoever objected or complained at one of their addresses is not written to at the one that stays."""
    if not winner.email_digest:
        return
    others = Suppression.objects.filter(email_digest__in=digests - {winner.email_digest}).exclude(reason=OF_THE_ADDRESS)
    for row in others.order_by("id"):
        Suppression.objects.get_or_create(
            email_digest=winner.email_digest, scope=row.scope, defaults={"reason": row.reason}
        )


def _end_objected(winner: Contact) -> None:
    """Whoever left a list at one of their addresses is not on it with the other."""
    objections = Suppression.objects.filter(
        email_digest=winner.email_digest, scope__startswith="list:", reason=Suppression.Reason.OBJECTION
    )
    numbers = [int(scope.removeprefix("list:")) for scope in objections.values_list("scope", flat=True)]
    if winner.email_digest:
        for contact_list in ContactList.objects.filter(pk__in=numbers).order_by("pk"):
            consent.leave(winner, contact_list, source=consent.BY_MERGING)
