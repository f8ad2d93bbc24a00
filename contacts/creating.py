"""Adding somebody by hand."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.models import User
from contacts.correcting import FROM_IMPORTS, WITHOUT_VALUE, tag
from contacts.models import Contact, Organisation, PersonCorrection


@transaction.atomic
def create_person(
    values: dict[str, Any],
    *,
    actor: User,
    organisation: Organisation | None = None,
    title: str = "",
    tags: Iterable[str] = (),
) -> Contact:
    """A new contact with its columns, a post and tags; what was typed counts as set by a person, so imports leave it.

    Raises IntegrityError when the address belongs to somebody else.
    """
    person = Contact.objects.create(**values)
    typed = [name for name in FROM_IMPORTS if values.get(name) and values[name] != "X"]
    PersonCorrection.objects.bulk_create(
        PersonCorrection(contact=person, field=name, value=_value(person, name), by=actor) for name in typed
    )
    if organisation is not None:
        person.posts.create(organisation=organisation, title=title)
    record(actor, f"added a contact by hand, kept for {person.legal_basis}", about=person)
    tag(person, tags, actor=actor)
    return person


def _value(person: Contact, name: str) -> str:
    """The value as a correction keeps it: of what may be secret there is no second copy."""
    is_secret = name in WITHOUT_VALUE or (person.is_confidential and name == "email")
    return "" if is_secret else str(getattr(person, name))
