"""The message that everybody sends, and the people who get it: 12 KB, two parts, its reader's values in six places.

Salutation, closing, given name and country in the first paragraph, country in the subject, and what the engine adds:
a link to leave the list and its header fields.

The text and its list are made here once. Ours sends them as a frozen newsletter; the peers get the same words as their
own template language writes them (benchmarks/rig/peers.py). Nobody here is real.
"""

import email
import email.policy
import uuid
from datetime import timedelta
from typing import Any

# The message as it leaves, with its headers.
SIZE = 12 * 1024
COUNTRIES = {"IE": "Ireland", "FR": "France", "DE": "Germany", "AT": "Austria", "PL": "Poland"}
GIVEN = ["Anna", "Zoë", "Łukasz", "François", "Maeve", "Jörg", "Inés", "Karel"]
FAMILY = ["Murphy", "Müller", "Lefèvre", "Nowak", "O’Brien", "Weiß", "Dvořák", "Gruber"]
PARAGRAPH = (
    "<p>Compensation is a right of everybody who was trafficked, and fewer than one in twenty receives any. "
    "This month’s issue looks at what {country} has done since the last report: the fund, the time limits, the help "
    "of a lawyer, and the question of who pays when the offender cannot. Number {number} of our six points asks "
    'governments to pay first and to recover later. <a href="https://platform.example/points/{number}">Read it</a> '
    "and tell us, {given}, where it stands.</p>"
)
# People have their mailboxes at as many providers.
DOMAINS = 40
SAMPLE_ID = uuid.UUID(int=12345)
OWN = ("salutation", "closing", "given_name", "family_name", "name", "country")


def body(paragraphs: int) -> str:
    """The newsletter's text with so many paragraphs; the first names its reader and their country."""
    parts = ["<p>{{ salutation }}</p>"]
    for number in range(paragraphs):
        mine = number == 0
        parts.append(
            PARAGRAPH.format(
                number=number % 6 + 1,
                country="{{ country }}" if mine else "your country",
                given="{{ given_name }}" if mine else "dear reader",
            )
        )
    return "".join([*parts, "<p>{{ closing }}</p>"])


def make_people(count: int) -> None:
    """Invented people, and reference rows for their salutations; needs an empty, migrated database."""
    import io

    from django.core.management import call_command

    from benchmarks.rig.people import subscribe_everybody
    from contacts.models import Contact

    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    step = 5_000
    for start in range(0, count, step):
        rows = [person(number) for number in range(start, min(start + step, count))]
        Contact.objects.bulk_create(rows, batch_size=500)
    subscribe_everybody()


def person(number: int) -> Any:
    """One invented person, not saved."""
    from contacts.models import Contact

    found = Contact(
        given_name=GIVEN[number % len(GIVEN)],
        family_name=f"{FAMILY[number // 8 % len(FAMILY)]}-{number}",
        gender="FMX"[number % 3],
        language="en",
        country=list(COUNTRIES)[number % len(COUNTRIES)],
        email=f"reader{number}@people{number % DOMAINS}.example",
    )
    found.compute_keys()
    return found


def make_newsletter(reference: str, *, limit: int | None = None, is_leaving: bool = True, size: int = SIZE) -> Any:
    """A newsletter of `size` octets (12 KB) to everybody, or to the first `limit`, frozen.

    Workers send it when it `is_leaving`.
    """
    from accounts.models import User
    from contacts.models import ContactList
    from mailing import audience
    from mailing.models import AudienceRule, Delivery, DeliveryChunk, Mailing, MailingContent, Sender

    sender, _made = Sender.objects.get_or_create(
        from_email="newsletter@platform.example",
        defaults={"name": "Example Platform", "reply_to": "office@platform.example", "person": "Ana Novak"},
    )
    mailing = Mailing.objects.create(
        reference=reference,
        title="Compensation: the monthly newsletter",
        kind=Mailing.Kind.NEWSLETTER,
        sender=sender,
        contact_list=ContactList.objects.get_or_create(name="Newsletter")[0],
    )
    content = MailingContent.objects.create(
        mailing=mailing, language="en", subject="Compensation in {{ country }}: what changed", is_reviewed=True
    )
    fit(content, size)
    AudienceRule.objects.create(mailing=mailing, criteria={"all": []})
    audience.freeze(mailing)
    if limit is not None:
        kept = mailing.deliveries.order_by("id").values_list("pk", flat=True)[:limit]
        Delivery.objects.filter(mailing=mailing).exclude(pk__in=list(kept)).delete()
        DeliveryChunk.objects.filter(mailing=mailing).delete()
        from mailing.dispatch.store import make_chunks

        make_chunks(mailing.pk)
        Mailing.objects.filter(pk=mailing.pk).update(recipients=limit, matched=limit)
    if is_leaving:
        approver, _made = User.objects.get_or_create(email="approver@platform.example", defaults={"name": "Approver"})
        start(mailing, approver)
    return mailing


def start(mailing: Any, approver: Any) -> None:
    """Put it into the state of a mailing that a second person has approved and that is leaving."""
    from django.utils import timezone

    now = timezone.now()
    fields = {"status": "sending", "approver": approver, "approved_at": now, "started_at": now - timedelta(seconds=1)}
    type(mailing).objects.filter(pk=mailing.pk).update(**fields)
    mailing.refresh_from_db()


def fit(content: Any, size: int = SIZE) -> None:
    """Give the newsletter as many paragraphs, and last words, as make `size` of its message, and save it."""
    for paragraphs in range(4, 400):
        content.body = body(paragraphs)
        if len(sample(content)) > size - 900:
            break
    words, rest = "and so on, ", content.body
    for repeats in range(60):
        content.body = rest.replace("</p>", f" {words * repeats}</p>", 1)
        if len(sample(content)) >= size:
            break
    content.save()


def sample(content: Any, values: dict[str, str] | None = None) -> bytes:
    """The message of one reader, made as the engine makes every message but never stored."""
    from mailing.dispatch.rendering import Renderer
    from mailing.models import Delivery

    given = values or {"salutation": "Dear Ms Murphy-12345,", "closing": "Yours sincerely,", "given_name": "Maeve"}
    context = {"family_name": "Murphy-12345", "name": "Maeve Murphy-12345", "country": "IE", "group": ""}
    delivery = Delivery(
        mailing=content.mailing,
        email="reader12345@people.example",
        language="en",
        context={**context, **given, "committees": []},
        public_id=SAMPLE_ID,
    )
    renderer = Renderer(content.mailing)
    # The slow way: the text in hand, which may not be saved yet, and no skeleton is stored.
    renderer.contents = {content.language: content}
    return renderer.message_without_skeleton(delivery)


def parts(message: bytes) -> tuple[str, str, str]:
    """Subject, plain text and HTML of a message, decoded."""
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    found: list[Any] = [parsed.get_body((kind,)) for kind in ("plain", "html")]
    return str(parsed["Subject"]), found[0].get_content(), found[1].get_content()
