"""What the database knows of the people of a file, read in a few queries before anything is compared."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from contacts.imports.records import Pull
from contacts.models import Contact, ImportRun, Mandate, Membership, Merge, PersonCorrection, Post, Suppression

# Sources that list every sitting member.
COMPLETE_SOURCES = ["europarl-full-list", "europarl-api-current", "europarl-monthly", "europarl-api"]
CHUNK = 500


@dataclass
class Stored:
    """The state an import is compared with."""

    by_ep_id: dict[int, Contact] = field(default_factory=dict)
    by_key: dict[str, Contact] = field(default_factory=dict)
    mandates: dict[int, list[Mandate]] = field(default_factory=dict)
    memberships: dict[int, list[Membership]] = field(default_factory=dict)
    corrections: dict[int, set[str]] = field(default_factory=dict)
    posts: dict[int, set[str]] = field(default_factory=dict)  # The organisations of a contact's open posts.
    tags: dict[int, set[str]] = field(default_factory=dict)
    owner_of_key: dict[str, int] = field(default_factory=dict)
    erased_digests: set[str] = field(default_factory=set)
    merged_digests: dict[str, int] = field(default_factory=dict)  # Old addresses of merged people, and who has them.
    lists_on: list[date] = field(default_factory=list)

    @property
    def newest_list(self) -> date | None:
        """The day of the newest complete list that was applied."""
        return self.lists_on[-1] if self.lists_on else None

    def open_mandates(self) -> Iterator[Mandate]:
        """Mandates that have not ended, of people who were not erased."""
        for mandates in self.mandates.values():
            for mandate in mandates:
                if mandate.ended_on is None and mandate.contact.erased_at is None:
                    yield mandate


def load_stored(pull: Pull) -> Stored:
    """Read what is needed to compare a pull: about ten queries, whatever its size, and one for each 500 addresses."""
    stored = Stored()
    for mandate in Mandate.objects.select_related("contact").order_by("term", "id"):
        stored.mandates.setdefault(mandate.contact_id, []).append(mandate)
        stored.by_ep_id[mandate.ep_id] = mandate.contact
    # One instance for each contact, whichever of their mandates it was read with.
    people = {contact.pk: contact for contact in stored.by_ep_id.values()}
    for mandates in stored.mandates.values():
        for mandate in mandates:
            mandate.contact = people.setdefault(mandate.contact_id, mandate.contact)
    for seat in Membership.objects.select_related("body").order_by("id"):
        stored.memberships.setdefault(seat.mandate_id, []).append(seat)
    for contact_id, name in PersonCorrection.objects.values_list("contact_id", "field"):
        stored.corrections.setdefault(contact_id, set()).add(name)
    keys = Contact.objects.filter(email_key__isnull=False).values_list("email_key", "id")
    stored.owner_of_key = {key: contact_id for key, contact_id in keys if key}
    stored.erased_digests = set(
        Suppression.objects.filter(reason=Suppression.Reason.ERASURE).values_list("email_digest", flat=True)
    )
    merges = Merge.objects.exclude(shell__email_digest="").filter(into__erased_at__isnull=True)
    stored.merged_digests = dict(merges.values_list("shell__email_digest", "into_id"))
    applied = ImportRun.objects.filter(status=ImportRun.Status.APPLIED, source__in=COMPLETE_SOURCES)
    stored.lists_on = sorted(set(applied.values_list("as_of", flat=True)))
    return stored


def load_by_key(stored: Stored, keys: Iterable[str]) -> None:
    """Read the contacts of these address keys, with their posts and tags, for rows that have no member's number.

    What was read before is forgotten: a large sheet asks batch by batch.
    """
    stored.by_key, stored.posts, stored.tags = {}, {}, {}
    wanted = [key for key in keys if key in stored.owner_of_key]
    for start in range(0, len(wanted), CHUNK):
        owners = {key: stored.owner_of_key[key] for key in wanted[start : start + CHUNK]}
        found = {contact.pk: contact for contact in Contact.objects.filter(pk__in=set(owners.values()))}
        for key, pk in owners.items():
            mandates = stored.mandates.get(pk)
            if pk in found:
                stored.by_key[key] = mandates[0].contact if mandates else found[pk]
        posts = Post.objects.filter(contact__in=list(found), ended_on__isnull=True)
        for pk, name in posts.values_list("contact_id", "organisation__name"):
            stored.posts.setdefault(pk, set()).add(name)
        tags = Contact.tags.through.objects.filter(contact__in=list(found))
        for pk, name in tags.values_list("contact_id", "tag__name"):
            stored.tags.setdefault(pk, set()).add(name)
