"""What comes back: stored first as it came in, then handled once (mailing.handling)."""

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing.models.deliveries import Delivery

# A row that fails this often (a fault of ours) is left for a person; the others go on.
MOST_TRIES = 5


class Waiting(models.QuerySet):
    """Sets of stored rows that wait to be handled."""

    def waiting(self) -> Self:
        """Not handled yet, oldest first, without those that failed again and again."""
        return self.filter(handled_at__isnull=True, tries__lt=MOST_TRIES).order_by("id")


class ProviderEvent(models.Model):
    """One event of a mail provider's webhook. The payload keeps what is needed and no address (mailing.webhooks)."""

    esp = models.CharField(max_length=40)
    # A digest of what makes the event this one; a provider sends each up to dozens of times.
    dedupe_key = models.CharField(max_length=64, unique=True)
    # In django-anymail's words: delivered, bounced, complained, …
    kind = models.CharField(max_length=30)
    payload = models.JSONField(default=dict)
    received_at = models.DateTimeField(auto_now_add=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # What came of it, in a few words; "no such letter" is for a person to look at.
    outcome = models.CharField(max_length=100, blank=True)
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.SET_NULL, related_name="provider_events"
    )

    objects: ClassVar[Waiting] = Waiting.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id"], name="provider_event_waiting", condition=Q(handled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.esp}"


class IncomingMailQuerySet(Waiting):
    """Sets of incoming mail."""

    def to_empty(self, *, days: int) -> Self:
        """Handled at least that long ago and still with its text; answers of people are kept with theirs."""
        until = timezone.now() - timedelta(days=days)
        handled = self.filter(handled_at__lt=until, emptied_at__isnull=True)
        return handled.exclude(kind=IncomingMail.Kind.REPLY)

    def empty(self) -> int:
        """Take the texts away and keep the rows, so that the same mail is never handled twice; give how many."""
        return self.update(raw=b"", emptied_at=timezone.now())


class IncomingMail(models.Model):
    """One message that came in, byte for byte until it is emptied."""

    class Kind(models.TextChoices):
        DSN = "dsn", _("Returned mail")
        COMPLAINT = "complaint", _("Complaint")
        REPLY = "reply", _("Reply")
        AUTO_REPLY = "auto_reply", _("Automatic reply")
        UNSUBSCRIBE = "unsubscribe", _("Asks to leave a list")
        UNKNOWN = "unknown", _("Not understood")

    # "imap", or the provider's name for its inbound webhook.
    source = models.CharField(max_length=40)
    # A digest of the message, so that one collected twice is one row.
    dedupe_key = models.CharField(max_length=64, unique=True)
    raw = models.BinaryField()
    # Where a provider says it was sent to; over IMAP the message itself says it.
    envelope_to = models.CharField(max_length=320, blank=True)
    kind = models.CharField(max_length=12, choices=Kind, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=100, blank=True)
    emptied_at = models.DateTimeField(null=True, blank=True)
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.SET_NULL, related_name="incoming_mail"
    )

    objects: ClassVar[IncomingMailQuerySet] = IncomingMailQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id"], name="incoming_mail_waiting", condition=Q(handled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"incoming mail {self.pk}"


class Mailbox(models.Model):
    """How far an IMAP folder has been read; one row for each folder that was ever configured."""

    # A digest of host, user and folder: the address itself stands in the settings alone.
    key = models.CharField(max_length=64, unique=True)
    uid_validity = models.BigIntegerField(null=True, blank=True)
    last_uid = models.BigIntegerField(default=0)
    checked_at = models.DateTimeField(null=True, blank=True)
    # While a collector reads it, so that two never do at once; a collector that dies is out of it by then.
    busy_until = models.DateTimeField(null=True, blank=True)
    # Why it cannot be read, in a sentence without addresses and passwords; empty when all is well.
    problem = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"mailbox {self.key[:8]}"
