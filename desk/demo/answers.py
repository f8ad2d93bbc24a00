"""What follows the demo's first letter: three weeks go by, some answer, and the others can be asked again.

The answers are invented messages that come in as any other mail does. History keeps today's times; only how long ago
the letter left is moved, so that a follow-up is due.
"""

import hashlib
from datetime import timedelta
from email.message import EmailMessage

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from mailing.composing import Readers, Wording, free_place, save_passage
from mailing.handling import handle_waiting
from mailing.models import Delivery, IncomingMail, Mailing, Passage

SOURCE = "sample"
PASSED = timedelta(days=21)
# Subject's beginning and text; the last one was written by a machine.
ANSWERS = [
    (
        "Re: ",
        "Thank you for this (a sample answer). I will support the first two points.\n\nCould we meet before the vote?",
    ),
    ("Re: ", "A sample answer: I do not think the Union should set rules for national funds and will vote against."),
    ("Re: ", "A sample answer: could you send us the six points in our language, and the wording of an amendment?"),
    ("Automatic reply: ", "A sample note: I am out of the office until the end of the month."),
]
AUSTRIA, OTHERS = "AT", ""
PASSAGE = {
    AUSTRIA: {
        "en": "Our colleagues in Vienna would be glad to meet you in the week before the vote (sample).",
        "de": "Unsere Kolleginnen in Wien würden Sie gern in der Woche vor der Abstimmung treffen (Beispiel).",
    },
    OTHERS: {
        "en": "We would be glad to meet you before the vote (sample).",
        "fr": "Nous serions heureux de vous rencontrer avant le vote (exemple).",
        "de": "Wir würden Sie gern vor der Abstimmung treffen (Beispiel).",
    },
}


def write_passage(mailing: Mailing, *, actor: User) -> None:
    """Give a draft one passage for readers in Austria and another for everybody else, unless it has some."""
    if mailing.passages.exists():
        return
    with transaction.atomic():
        place = free_place(mailing)
        for country, words in PASSAGE.items():
            passage = Passage(mailing=mailing, place=place)
            for language, sentence in words.items():
                wording = Wording(language, f"<p>{sentence}</p>")
                passage = save_passage(passage, Readers(country=country), wording, actor=actor)


def let_it_be_answered(mailing: Mailing) -> int:
    """Let a finished letter have left three weeks ago and be answered by some; give how many messages came in.

    Does nothing where it was done.
    """
    if mailing.status != Mailing.Status.FINISHED or IncomingMail.objects.filter(source=SOURCE).exists():
        return 0
    with transaction.atomic():
        moved = {name: F(name) - PASSED for name in ("scheduled_at", "started_at", "finished_at")}
        Mailing.objects.filter(pk=mailing.pk).update(**moved)
        sent = Delivery.objects.filter(mailing=mailing, status=Delivery.Status.SENT)
        sent.update(sent_at=F("sent_at") - PASSED)
        rows = list(sent.filter(language="en").order_by("pk")[: len(ANSWERS)])
        IncomingMail.objects.bulk_create(
            _came_in(_answer(row, *said)) for row, said in zip(rows, ANSWERS, strict=False)
        )
    return handle_waiting()


def _came_in(raw: bytes) -> IncomingMail:
    return IncomingMail(source=SOURCE, dedupe_key=hashlib.sha256(raw).hexdigest(), raw=raw)


def _answer(delivery: Delivery, before: str, text: str) -> bytes:
    """A message as the recipient's mail program would have made it."""
    sender = delivery.mailing.sender
    message = EmailMessage()
    message["From"] = delivery.email
    message["To"] = sender.reply_to or sender.from_email
    message["Subject"] = before + delivery.mailing.title
    message["Date"] = timezone.now()
    message["Message-ID"] = f"<answer-{delivery.public_id}@parliament.example>"
    message["In-Reply-To"] = f"<{delivery.public_id}@{sender.domain}>"
    if before.startswith("Automatic"):
        message["Auto-Submitted"] = "auto-replied"
    message.set_content(text)
    return message.as_bytes()
