"""Webhooks: addresses of other programs that are told what happens here, and each message to them."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Webhook(models.Model):
    """An address that is told of some events. Its secret is worked out (desk/webhooks/signing.py), never stored."""

    class Event(models.TextChoices):
        """What can be told; the names are a contract with other programs."""

        STATEMENT_PUBLISHED = "statement.published", _("A statement is published")
        PLAN_PUBLISHED = "plan.published", _("An action plan is published")
        SUBSCRIPTION_CONFIRMED = "subscription.confirmed", _("Somebody is on a list")
        SUBSCRIPTION_ENDED = "subscription.ended", _("Somebody left a list")
        ISSUE_SENT = "issue.sent", _("A newsletter's issue is sent")
        MAILING_FINISHED = "mailing.finished", _("A letter or an issue has gone out to everybody")
        REPLY_RECEIVED = "reply.received", _("An answer came in")
        PING = "webhook.ping", _("A try, asked for on this page")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    url = models.URLField(_("address"), max_length=500)
    events = models.JSONField(default=list)
    # With the site's key it makes the secret; another salt is another secret.
    salt = models.CharField(max_length=64, editable=False)
    is_active = models.BooleanField(default=True)
    # Since when nothing has arrived there; null while all is well.
    failing_since = models.DateTimeField(null=True, blank=True)
    # When it was switched off by itself, after days of failures.
    gave_up_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(gave_up_at__isnull=True) | Q(is_active=False), name="webhook_that_was_given_up_is_off"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event on its way to one webhook. It holds references, no name and no address."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        DELIVERED = "delivered", _("Arrived")
        FAILED = "failed", _("Given up")

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    # The same for every webhook that is told of it, and for every try: by it receivers know what they had already.
    event_id = models.UUIDField()
    event = models.CharField(max_length=40, choices=Webhook.Event)
    payload = models.JSONField()
    status = models.CharField(max_length=20, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    # When it is due. Whoever sends it moves it first, so that nobody else does, and a killed worker's is due again.
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    # The last answer: its status, and what went wrong in a sentence. Nothing of the answer's body is kept.
    answer_status = models.PositiveIntegerField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event_id"], name="webhook_is_told_of_an_event_once"),
            models.CheckConstraint(
                condition=Q(status="delivered", delivered_at__isnull=False)
                | (~Q(status="delivered") & Q(delivered_at__isnull=True)),
                name="webhook_delivery_arrived_exactly_when_delivered",
            ),
            models.CheckConstraint(
                condition=Q(status="queued", next_attempt_at__isnull=False)
                | (~Q(status="queued") & Q(next_attempt_at__isnull=True)),
                name="webhook_delivery_is_due_exactly_while_queued",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="webhook_delivery_due", condition=Q(status="queued")),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.webhook}"
