"""Messages that come back, invented after those of real servers; every address ends in .example."""

from pathlib import Path

from mailing.models import IncomingMail
from mailing.verp import bounce_address

FOLDER = Path(__file__).parent


def payload(name, delivery, *, verp=None):
    """The bytes of one sample, as if it were about this delivery: its return address, number and recipient."""
    text = (FOLDER / f"{name}.eml").read_text(encoding="utf-8")
    verp = verp or bounce_address(delivery.mailing.sender, delivery.public_id)
    text = text.replace("VERP-ADDRESS@bounce.platform.example", verp).replace("PUBLIC-ID", str(delivery.public_id))
    text = text.replace("RECIPIENT@parliament.example", delivery.email or "RECIPIENT@parliament.example")
    return text.replace("\n", "\r\n").encode()


def incoming(raw, **fields):
    """A stored message that waits to be handled."""
    number = IncomingMail.objects.count()
    return IncomingMail.objects.create(source="imap", dedupe_key=f"test-{number}", raw=raw, **fields)
