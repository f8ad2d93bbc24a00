"""Everything that is held about one person (GDPR Articles 15 and 20), found by looking at the models themselves.

Whatever leads to a contact is exported: a foreign key, over however many tables; a many-to-many table; a pair of
columns such as object_type and object_id; the keyed hash of the address. A model added later is found by itself.
What holds personal data without any of these, such as a JSON column, comes through `contacts.registry.personal_data`.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit import record
from accounts.models import User
from contacts import registry
from contacts.addresses import email_digest, email_key
from contacts.models import Contact, PersonCorrection

DIGEST = "email_digest"
# Columns that name a user of the desk.
NAMES_OF_COLLEAGUES = {"actor_label"}
# Models that lead to a contact and are not exported: label → why not.
NOT_EXPORTED: dict[str, str] = {}


@cache
def routes() -> dict[type[models.Model], tuple[str, ...]]:
    """Every model from which foreign keys lead to a contact, with the look-ups: Membership → ("mandate__contact",)."""
    found: dict[type[models.Model], list[str]] = {}
    waiting: list[tuple[type[models.Model], str]] = [(Contact, "")]
    while waiting:
        target, path = waiting.pop(0)
        for model in apps.get_models(include_auto_created=True):
            for field in model._meta.concrete_fields:
                if field.related_model is not target:
                    continue
                lookup = f"{field.name}__{path}" if path else field.name
                known = found.setdefault(model, [])
                if model is not Contact and not known:
                    waiting.append((model, lookup))
                known.append(lookup)
    return {model: tuple(lookups) for model, lookups in found.items()}


@cache
def references() -> dict[type[models.Model], tuple[tuple[str, str], ...]]:
    """Models that name a row by two columns: AuditEvent → (("object_type", "object_id"),)."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        names = {field.name for field in model._meta.concrete_fields}
        pairs = [(name, f"{name[:-5]}_id") for name in sorted(names) if name.endswith("_type")]
        pairs = [(kind, pk) for kind, pk in pairs if pk in names]
        if pairs:
            found[model] = tuple(pairs)
    return found


@cache
def digested() -> tuple[type[models.Model], ...]:
    """Models that carry the keyed hash of an address and can be looked up by it."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        names = {field.name for field in model._meta.concrete_fields}
        if DIGEST in names and model is not Contact and (model not in routes() or _is_indexed(model)):
            found.append(model)
    return tuple(found)


def reaching() -> set[type[models.Model]]:
    """Every model that leads to a contact in one of these ways."""
    return {*routes(), *references(), *digested(), *_generic()}


def everything_about(contact: Contact) -> dict[str, Any]:
    """All that is held about a person, ready for JSON: the person, and one section for each model with its rows."""
    sections = []
    for model in sorted(reaching(), key=lambda model: model._meta.label):
        if model._meta.label in NOT_EXPORTED:
            continue
        if rows := [row_of(row, about=contact) for row in rows_about(model, contact)]:
            sections.append({"what": plural_of(model), "model": model._meta.label, "rows": rows})
    for contribute in registry.personal_data:
        sections.extend(section for section in contribute(contact) if section["rows"])
    return {
        "held_by": settings.PLATFORM_NAME,
        "made_at": timezone.now().isoformat(),
        "person": row_of(contact),
        "sections": sections,
    }


def export(contact: Contact, *, actor: User) -> dict[str, Any]:
    """`everything_about`, told to the audit trail."""
    with transaction.atomic():
        found = everything_about(contact)
        record(actor, "downloaded everything held about a contact", about=contact)
    return found


def rows_about(model: type[models.Model], contact: Contact) -> Iterable[models.Model]:
    """The rows of one model that lead to the contact, oldest first."""
    found = Q()
    rows_of_person = [contact, *shells_of(contact)]
    for lookup in routes().get(model, ()):
        found |= Q(**{f"{lookup}__in": rows_of_person})
    for kind, pk in references().get(model, ()):
        found |= _referred(model, kind, pk, contact)
    for generic in _generic().get(model, ()):
        content_type = ContentType.objects.get_for_model(Contact)
        found |= Q(**{generic.ct_field: content_type, generic.fk_field: contact.pk})
    if model in digested() and (digests := digests_of(contact)):
        found |= Q(**{f"{DIGEST}__in": digests})
    if not found:
        return []
    manager = model._base_manager
    rows = manager.filter(pk__in=manager.filter(found).values("pk")).order_by("pk")
    return rows.select_related(*_shown_relations(model))


def shells_of(contact: Contact) -> list[Contact]:
    """The empty rows of the same person that were merged into this one; what could not be moved still hangs there."""
    found: dict[int, Contact] = {}
    waiting = [contact.pk]
    while waiting:
        shells = Contact.objects.filter(merged__into__in=waiting).exclude(pk__in=[contact.pk, *found])
        new = {shell.pk: shell for shell in shells}
        found |= new
        waiting = list(new)
    return list(found.values())


def direct() -> list[tuple[type[models.Model], str]]:
    """Models with a foreign key straight to a contact, each with its name; the contact's own table is none of them."""
    return [
        (model, lookup)
        for model, lookups in routes().items()
        for lookup in lookups
        if "__" not in lookup and model is not Contact
    ]


def addresses_of(contact: Contact) -> set[str]:
    """Keys of the addresses that stand in the person's rows: the present one, those corrected, those written to."""
    keys = {email_key(contact.email)} if contact.email else set()
    corrected = PersonCorrection.objects.filter(contact=contact, field="email").values_list("value", flat=True)
    keys |= {email_key(value) for value in corrected if value}
    for model, lookup in direct():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.EmailField):
                rows = model._base_manager.filter(**{lookup: contact}).exclude(**{f"{field.name}__isnull": True})
                found = rows.order_by().values_list(field.name, flat=True).distinct()
                keys |= {email_key(address) for address in found if address}
    return keys


def digests_of(contact: Contact) -> set[str]:
    """The keyed hash of the address, under which something about this person may stand."""
    found = {contact.email_digest} if contact.email_digest else set()
    return found | ({email_digest(email_key(contact.email))} if contact.email else set())


def row_of(row: models.Model, *, about: Contact | None = None) -> dict[str, Any]:
    """One row as names and plain values; what points to the person is left out, colleagues stay unnamed."""
    found: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        is_theirs = about is not None and field.related_model is Contact
        if field.primary_key or is_theirs or field.name in NAMES_OF_COLLEAGUES:
            continue
        name = str(field.verbose_name)
        if field.is_relation:
            other = getattr(row, field.name) if getattr(row, field.attname) is not None else None
            found[name] = None if other is None else "a colleague" if isinstance(other, User) else str(other)
        else:
            found[name] = plain(getattr(row, field.attname))
    return found


def plural_of(model: type[models.Model]) -> str:
    """What many rows of a model are called; Django only adds an s, and calls a pair "a-b relationship"."""
    if model._meta.auto_created:
        first, second = (field.related_model for field in model._meta.fields if field.is_relation)
        return f"{plural_of(second)} of {plural_of(first)}"  # type: ignore[arg-type]
    word = str(model._meta.verbose_name)
    if str(model._meta.verbose_name_plural) != f"{word}s":
        return str(model._meta.verbose_name_plural)
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def plain(value: Any) -> Any:
    """A value that JSON can hold: days and moments in ISO 8601, bytes as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value


def _is_indexed(model: type[models.Model]) -> bool:
    """Whether an index begins with the hash: a table of a million deliveries is not read from end to end."""
    fields = [index.fields for index in model._meta.indexes]
    fields += [list(found.fields) for found in model._meta.constraints if isinstance(found, models.UniqueConstraint)]
    field: Any = model._meta.get_field(DIGEST)
    return bool(field.db_index) or any(names[:1] == [DIGEST] for names in fields)


def _referred(model: type[models.Model], kind: str, pk: str, contact: Contact) -> Q:
    if model._meta.get_field(kind).is_relation:
        return Q(**{kind: ContentType.objects.get_for_model(Contact), pk: contact.pk})
    return Q(**{f"{kind}__in": [Contact._meta.label_lower, Contact._meta.label], pk: str(contact.pk)})


@cache
def _generic() -> dict[type[models.Model], tuple[GenericForeignKey, ...]]:
    found = {}
    for model in apps.get_models(include_auto_created=True):
        fields = tuple(field for field in model._meta.private_fields if isinstance(field, GenericForeignKey))
        if fields:
            found[model] = fields
    return found


def _shown_relations(model: type[models.Model]) -> list[str]:
    """Relations whose rows are named in the export, read with them."""
    return [
        field.name for field in model._meta.concrete_fields if field.is_relation and field.related_model is not Contact
    ]
