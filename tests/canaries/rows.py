"""The secret address of an organisation and of a contact: unmistakable, so that any trace of them can be found."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Canary:
    """What must not get out, as people write it."""

    street: str
    phone: str
    email: str

    def fields(self):
        return {"postal_address": f"{self.street}\nMosswater", "phone": self.phone, "email": self.email}


ORGANISATION = Canary("41 Quillfeather Lane", "+999 41 7734 2201", "shelter@hush-house.example")
CONTACT = Canary("9 Thistledown Steps", "+999 52 8846 3310", "nora@quiet-post.example")
ALL = {"organisation": ORGANISATION, "contact": CONTACT}
# Names are no secret; they sort behind everybody else's.
ORGANISATION_NAME = "Zy Canary House"
FAMILY_NAME = "Zymber"

# A part of each that survives other capitals, a <wbr> after the @-sign, percent signs and spaces left out.
_GAP = r"(?:&nbsp;|%20|[\W_]){0,9}"
TRACES = {
    "the organisation's street": "quillfeather",
    "the organisation's telephone": f"7734{_GAP}2201",
    "the organisation's e-mail address": f"hush{_GAP}house",
    "the contact's street": "thistledown",
    "the contact's telephone": f"8846{_GAP}3310",
    "the contact's e-mail address": f"quiet{_GAP}post",
}
_ANY = re.compile("|".join(f"({trace})" for trace in TRACES.values()).encode(), re.IGNORECASE)
_NAMES = list(TRACES)


def traces(data):
    """Which of the six stand in some text or bytes."""
    text = data.encode("utf-8", "replace") if isinstance(data, str) else bytes(data)
    return sorted({_NAMES[found.lastindex - 1] for found in _ANY.finditer(text)})


def plant():
    """Put both into the database, with a post that ties them together; rows that stand already stay."""
    from contacts.models import Contact, Organisation, Post

    house, _ = Organisation.objects.get_or_create(
        name=ORGANISATION_NAME, defaults={"is_confidential": True, **ORGANISATION.fields()}
    )
    person = Contact.objects.filter(family_name=FAMILY_NAME).first()
    if person is None:
        person = Contact.objects.create(
            given_name="Nora",
            family_name=FAMILY_NAME,
            is_confidential=True,
            legal_basis="agreement",
            source="Canary of the tests",
            **CONTACT.fields(),
        )
    Post.objects.get_or_create(contact=person, organisation=house, defaults={"title": "Coordinator"})


def uproot():
    """Take both out again, for a test that counts everybody."""
    from contacts.models import Contact, Organisation

    Contact.objects.filter(family_name=FAMILY_NAME).delete()
    Organisation.objects.filter(name=ORGANISATION_NAME).delete()
