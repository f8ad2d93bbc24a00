"""Two people side by side, for whoever decides whether they are one."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts import registry
from contacts.confidentiality import FIELDS as SECRET_FIELDS
from contacts.confidentiality import hidden_fields
from contacts.languages import country_name, language_name
from contacts.merging import FIELDS, preferred
from contacts.models import Contact

# What rows are called when they move, where the model's own name is not a colleague's word.
WORDS: dict[str, Any] = {
    "contacts.Mandate": gettext_lazy("mandates, with their seats"),
    "contacts.Subscription": gettext_lazy("subscriptions to lists"),
    "contacts.ConsentRecord": gettext_lazy("proofs of consent, which stay with the emptied row"),
    "contacts.Post": gettext_lazy("posts at organisations"),
    "contacts.Note": gettext_lazy("notes"),
    "contacts.Interaction": gettext_lazy("meetings and calls"),
    "contacts.PersonCorrection": gettext_lazy("corrections by hand"),
    "contacts.Contact_tags": gettext_lazy("tags"),
    "contacts.SegmentPick": gettext_lazy("places in segments, picked by hand"),
    "contacts.Merge": gettext_lazy("rows merged before"),
    "contacts.NotSame": gettext_lazy("remarks “not the same person”"),
}


@dataclass(frozen=True)
class Row:
    """One field of both: what it is called, the two values in words, and which is proposed ("one" or "other")."""

    name: str
    label: str
    one: str
    other: str
    proposed: str

    @property
    def differs(self) -> bool:
        """Whether there is anything to choose."""
        return self.one != self.other


def side_by_side(winner: Contact, loser: Contact) -> list[Row]:
    """The fields one chooses between; a secret value is not shown, only that there is one."""
    offered = preferred(winner, loser)
    rows = []
    for name in FIELDS:
        label = str(Contact._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        row = Row(name, label[:1].upper() + label[1:], _words(winner, name), _words(loser, name), offered[name])
        both = getattr(winner, name) == getattr(loser, name)
        if (row.one or row.other) and not both:
            rows.append(row)
    return rows


def words_of(counts: dict[str, int]) -> list[tuple[int, str]]:
    """(number, what they are) of rows by the label of their model, most first."""
    known = WORDS | registry.model_words
    found = []
    for label, number in counts.items():
        words = known.get(label) or apps.get_model(label)._meta.verbose_name_plural
        found.append((number, str(words)))
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


def _words(person: Contact, name: str) -> str:
    """A value as a reader knows it."""
    value = getattr(person, name)
    if not value:
        return ""
    if name in SECRET_FIELDS and name in hidden_fields(person):
        return _("secret, of %(name)s") % {"name": person.name}
    if name == "country":
        return country_name(value)
    if name == "language":
        return language_name(value)
    if name in ("gender", "legal_basis"):
        return str(getattr(person, f"get_{name}_display")())
    return str(value)
