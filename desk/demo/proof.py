"""What `demo --once` must show before it says yes: the ledger adds up, and every letter arrived exactly once.

What should have arrived is worked out anew from the invented people and the reference tables, not from the ledger.
"""

import csv
import email
import email.message
import email.policy
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from contacts.languages import REFERENCE, preferred_language
from contacts.models import Contact
from desk.demo.people import Invented, everybody
from desk.demo.texts import LANGUAGES
from mailing.models import Delivery, Mailing


@dataclass(frozen=True)
class Check:
    """One thing looked at: what must be so, whether it is, and what was seen."""

    name: str
    ok: bool
    seen: str


@dataclass(frozen=True)
class Caught:
    """One caught message, as far as the checks look at it."""

    to: str
    message_id: str
    language: str
    text: str
    # The mailing it is of, "" for the system's own mail; where a newsletter's reader leaves with one click.
    reference: str = ""
    leave: str = ""


def read_messages(folder: Path) -> list[Caught]:
    """Every message that the catcher kept."""
    return [_read(path) for path in sorted(folder.rglob("*.eml"))]


def _read(path: Path) -> Caught:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    part = message.get_body(("plain",))
    address = message["To"].addresses[0].addr_spec if message["To"] else ""
    text = part.get_content() if part else ""
    found = re.search(r"<(https?://[^>]+)>", str(message["List-Unsubscribe"] or ""))
    return Caught(
        address,
        str(message["Message-ID"] or ""),
        str(message["Content-Language"] or ""),
        text,
        str(message["X-Reference"] or ""),
        found[1] if found else "",
    )


def expected_people(committees: Iterable[str]) -> list[Invented]:
    """The invented Members with a full seat on one of these committees and an address."""
    return [person for person in everybody() if person.email and _has_full_seat(person, set(committees))]


def _has_full_seat(person: Invented, committees: set[str]) -> bool:
    return any(code in committees and role != "S" for code, role in person.seats.items())


def expected_language(person: Invented) -> str:
    """The language of their country where the sample letter has it, else English."""
    language = preferred_language(person.country)
    return language if language in LANGUAGES else "en"


def expected_opening(person: Invented) -> str:
    """The salutation of the table, with the family name as the contact's page shows it."""
    with (REFERENCE / "salutations.csv").open(encoding="utf-8", newline="") as file:
        table = {(row["language"], row["gender"]): row["salutation"] for row in csv.DictReader(file)}
    contact = Contact.objects.get(mandates__ep_id=person.ep_id)
    opening = table[expected_language(person), person.gender or "X"]
    return opening.format(given_name=person.given_name, family_name=contact.family_name)


def prove(mailing: Mailing, committees: Iterable[str], caught: list[Caught]) -> list[Check]:
    """Compare people, ledger and caught messages. System mail, which carries no Message-ID of ours, is not counted."""
    domain = f"@{mailing.sender.domain}>"
    letters = [one for one in caught if one.message_id.endswith(domain) and one.reference == mailing.reference]
    expected = expected_people(committees)
    return [
        *_ledger(mailing),
        Check(
            "The people are those of the rule",
            mailing.recipients == len(expected),
            f"{mailing.recipients} recipients, {len(expected)} invented people with such a seat and an address",
        ),
        Check(
            "As many messages as recipients",
            len(letters) == mailing.recipients,
            f"{len(letters)} caught, {mailing.recipients} recipients",
        ),
        _every_address_once(letters, expected),
        _numbers_agree(mailing, letters),
        _language_and_salutation(letters, expected),
    ]


def _ledger(mailing: Mailing) -> list[Check]:
    rows = Delivery.objects.filter(mailing=mailing)
    counts = Counter(rows.exclude(status="skipped", skipped_at__isnull=True).values_list("status", flat=True))
    parts = " + ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    total = sum(counts.values())
    left_out = rows.filter(status="skipped", skipped_at__isnull=True).count()
    adds_up = total == mailing.recipients and total + left_out == mailing.matched
    return [
        Check("The ledger adds up", adds_up, f"{parts} = {mailing.recipients} recipients; {left_out} left out"),
        Check(
            "Every letter was accepted",
            counts["sent"] == mailing.recipients and mailing.status == Mailing.Status.FINISHED,
            f"{counts['sent']} accepted, the letter is {mailing.status}",
        ),
    ]


def _every_address_once(letters: list[Caught], expected: list[Invented]) -> Check:
    found = Counter(message.to for message in letters)
    twice = [address for address, count in found.items() if count > 1]
    missing = {person.email for person in expected} - set(found)
    strangers = set(found) - {person.email for person in expected}
    seen = f"{len(found)} addresses, {len(twice)} more than once, {len(missing)} missing, {len(strangers)} unknown"
    return Check("Every address exactly once", not (twice or missing or strangers) and bool(found), seen)


def _numbers_agree(mailing: Mailing, letters: list[Caught]) -> Check:
    sent = Delivery.objects.filter(mailing=mailing, status="sent").values_list("public_id", flat=True)
    in_ledger = {f"<{public_id}@{mailing.sender.domain}>" for public_id in sent}
    same = in_ledger == {message.message_id for message in letters}
    return Check("Every message stands in the ledger under its Message-ID", same, f"{len(in_ledger)} accepted rows")


def _language_and_salutation(letters: list[Caught], expected: list[Invented]) -> Check:
    by_address = {person.email: person for person in expected}
    wrong = [message.to for message in letters if not _is_right(message, by_address.get(message.to))]
    languages = Counter(message.language for message in letters)
    seen = ", ".join(f"{count} {language}" for language, count in languages.most_common())
    if wrong:
        seen += f"; wrong for {', '.join(wrong[:3])}"
    return Check("Each in its language, with the right salutation", not wrong and bool(letters), seen)


def _is_right(message: Caught, person: Invented | None) -> bool:
    if person is None:
        return False
    return message.language == expected_language(person) and expected_opening(person) in message.text
