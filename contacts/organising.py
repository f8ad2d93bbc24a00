"""Keeping organisations: making and changing them, how they belong to the platform, who works there, removing them."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.deletion import ProtectedError
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from contacts.models import Organisation, OrganisationMembership, Post, StakeholderType

# The words of the audit trail for each column. Values never stand there.
WORDS = {
    "name": "name",
    "kind": "kind",
    "country": "country",
    "transparency_register_id": "register number",
    "represents": "whom it speaks for",
    "website": "website",
    "postal_address": "postal address",
    "phone": "phone",
    "email": "e-mail address",
    "is_confidential": "confidentiality",
    "note": "note",
}


class InUse(Exception):
    """Something refers to the organisation; the message says what, so that a person can end that first."""


@transaction.atomic
def save_organisation(
    organisation: Organisation, values: dict[str, Any], *, types: Callable[[], list[StakeholderType]], actor: User
) -> list[str]:
    """Set columns of a new or known organisation and its stakeholder types; gives the words for what changed.

    `types` is called inside the transaction, since it may make a type that is new. Raises IntegrityError when another
    organisation has the name by now.
    """
    is_new = organisation.pk is None
    row = organisation if is_new else Organisation.objects.select_for_update().get(pk=organisation.pk)
    changed = [name for name in WORDS if name in values and getattr(row, name) != values[name]]
    for name in changed:
        setattr(row, name, values[name])
    if is_new or changed:
        row.save()
    words = [WORDS[name] for name in changed]
    wanted = types()
    if set(wanted) != set(row.stakeholder_types.all()):
        row.stakeholder_types.set(wanted)
        words.append("stakeholder types")
    organisation.pk = row.pk
    if is_new:
        record(actor, "added an organisation", about=row, label=row.name)
    elif words:
        record(actor, f"changed an organisation's {', '.join(words)}", about=row, label=row.name)
    return words


@transaction.atomic
def save_membership(membership: OrganisationMembership, *, actor: User) -> None:
    """Keep how an organisation belongs to the platform. Raises IntegrityError for a second open one of a kind."""
    is_new = membership.pk is None
    membership.save()
    done = "ended" if membership.ended_on else "changed"
    verb = "added" if is_new else done
    kind = "founding member" if membership.is_founder else str(membership.kind)
    organisation = membership.organisation
    record(actor, f"{verb} the membership of an organisation ({kind})", about=organisation, label=organisation.name)


@transaction.atomic
def remove_membership(membership: OrganisationMembership, *, actor: User) -> None:
    """Take out a membership that was entered by mistake; one that is over gets an end instead."""
    organisation = membership.organisation
    membership.delete()
    record(actor, "removed a membership entered by mistake", about=organisation, label=organisation.name)


@transaction.atomic
def save_post(post: Post, *, actor: User) -> None:
    """Keep who works at an organisation, as what and until when."""
    is_new = post.pk is None
    post.save()
    verb = "added" if is_new else ("ended" if post.ended_on else "changed")
    record(actor, f"{verb} a contact's post at an organisation", about=post.organisation, label=post.organisation.name)


@transaction.atomic
def remove_post(post: Post, *, actor: User) -> None:
    """Take out a post that was entered by mistake; who left gets an end instead."""
    organisation = post.organisation
    post.delete()
    record(actor, "removed a post entered by mistake", about=organisation, label=organisation.name)


def uses_of(organisation: Organisation) -> list[tuple[str, int]]:
    """What refers to an organisation, in every room: the rows' name and how many. Found out from the models."""
    found = []
    for relation in organisation._meta.get_fields(include_hidden=True):
        if not (relation.one_to_many or relation.one_to_one) or not relation.auto_created or relation.concrete:
            continue
        model: type[Model] = relation.related_model  # type: ignore[assignment]
        if model._meta.auto_created:
            continue  # its stakeholder types go with it
        number = model._base_manager.filter(**{relation.field.name: organisation}).count()  # type: ignore[union-attr]
        if number:
            found.append((str(model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural), number))
    return found


@transaction.atomic
def delete_organisation(organisation: Organisation, *, actor: User) -> None:
    """Delete an organisation that nothing refers to. Raises InUse with a sentence otherwise."""
    row = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if row.is_platform:
        raise InUse(_("This is the platform itself."))
    uses = uses_of(row)
    if uses:
        words = ", ".join(f"{number} {name}" for name, number in uses)
        raise InUse(_("It is still used: %(uses)s.") % {"uses": words})
    try:
        row.delete()
    except ProtectedError as error:
        raise InUse(_("Somebody has used it meanwhile.")) from error
    record(actor, "deleted an organisation", label=row.name)
