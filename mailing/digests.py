"""What an approval is bound to: one digest of the texts, the people, the letterhead and the sender.

What goes into it besides the people (`parts_of`) is also what is kept of a review and compared with the next one.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from contacts.models import Segment
from mailing import audience
from mailing.alternatives import digest_part
from mailing.issue_parts import blocks_of, body_of, issue_parts
from mailing.models import Mailing
from mailing.paper_words import enclosed_parts, letterhead_parts

# One recipient as the digest sees it: contact id, address key, language, and which passages where there are any.
Recipient = tuple[int | None, str | None, str] | tuple[int | None, str | None, str, str]


def digest_of(mailing: Mailing, recipients: Iterable[Recipient]) -> str:
    """SHA-256 over canonical JSON of the texts, the recipients (any order) and the sender, hex."""
    return _digest(mailing, {"recipients": sorted(([*recipient] for recipient in recipients), key=str)})


def rules_digest_of(mailing: Mailing, count: int) -> str:
    """The same for a newsletter, which is approved on its rules and the number of people they gave (DESIGN 4)."""
    rules = [
        [
            rule.effect,
            rule.segment.criteria if rule.segment else rule.criteria,
            rule.contact_id,
            rule.written_to_within_days,
            *([rule.received_id, rule.received_state] if rule.received_id else []),
            *(["list", rule.contact_list_id] if rule.contact_list_id else []),
            *(_picks(rule.segment) if rule.segment else []),
        ]
        for rule in audience.rules_of(mailing)
    ]
    return _digest(mailing, {"rules": sorted(rules, key=str), "list": mailing.contact_list_id, "count": count})


def _picks(segment: Segment) -> list[str]:
    """The people that a segment has by hand."""
    return sorted(f"{pick.effect} {pick.contact_id}" for pick in segment.picks.all())


def audience_digest_of(mailing: Mailing, preview: audience.AudiencePreview) -> str:
    """What an approval is bound to: a letter to its people one by one, a newsletter to its rules and their number.

    A newsletter's number is the exact one that was counted when it was sent for approval.
    """
    if mailing.kind == Mailing.Kind.NEWSLETTER:
        return rules_digest_of(mailing, mailing.recipients or 0)
    return digest_of(mailing, [with_shape(key, preview.shapes.get(key[0], "")) for key in preview.recipient_keys])


def with_shape(recipient: tuple[int | None, str | None, str], shape: str) -> Recipient:
    """A recipient as the digest sees them; which passages they read belongs to it where there are any."""
    return (*recipient, shape) if shape else recipient


def parts_of(mailing: Mailing) -> dict[str, Any]:
    """Everything an approval is bound to but the people, as JSON can hold it."""
    sender = mailing.sender
    blocks = blocks_of(mailing)
    texts = sorted(
        (text.language, text.subject, text.body + body_of(blocks, text.language), text.is_reviewed)
        for text in mailing.contents.all()
    )
    found: dict[str, Any] = {
        "reference": mailing.reference,
        "source_language": mailing.source_language,
        "texts": [list(text) for text in texts],
        "letterhead": [mailing.owner.name, mailing.owner.transparency_register_id, *letterhead_parts(mailing)],
        "sender": [sender.name, sender.from_email, sender.reply_to, sender.person, sender.person_role, sender.place],
    }
    found |= issue_parts(mailing, blocks)
    if passages := digest_part(mailing):
        found["passages"] = passages
    # What goes along is approved with the text: whether a PDF does, and each file by its digest.
    if mailing.has_papers:
        found["paper"] = str(mailing.paper)
    if files := enclosed_parts(mailing):
        found["files"] = files
    return found


def _digest(mailing: Mailing, people: dict[str, Any]) -> str:
    found = parts_of(mailing) | people
    canonical = json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
