"""System mail: confirmations, invitations, approvals, password resets, tests. Never letters or newsletters."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SystemMail(models.Model):
    """One message of the system, written in the caller's transaction and sent by a worker afterwards."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        UNCERTAIN = "uncertain", _("Not known")

    purpose = models.CharField(max_length=60, help_text="Names the templates in templates/emails/.")
    to = models.EmailField()
    language = models.CharField(max_length=10, default="en")
    context = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=200, unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False) | (~Q(status="sent") & Q(sent_at__isnull=True)),
                name="system_mail_is_sent_exactly_when_it_has_a_sent_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "sent", "failed", "uncertain"]), name="system_mail_status_is_known"
            ),
        ]
        indexes = [
            # The outbox worker reads only what is still queued.
            models.Index(fields=["next_attempt_at", "id"], name="system_mail_due", condition=Q(status="queued")),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} #{self.pk}"


class SystemMailFile(models.Model):
    """A file that goes with a system mail: what a test of a letter carries beside its text. Gone with the text."""

    mail = models.ForeignKey(SystemMail, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
