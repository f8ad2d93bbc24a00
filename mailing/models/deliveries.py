"""The ledger: one row a recipient of a mailing. It is also the queue (DESIGN 5)."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from mailing.models.mailings import Mailing


class Delivery(models.Model):
    """One recipient of one mailing. Frozen at approval, of an issue at its start; the engine writes its result once."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENT = "sent", _("Accepted")
        FAILED = "failed", _("Not sent")
        SKIPPED = "skipped", _("Left out")
        CANCELLED = "cancelled", _("Cancelled")
        UNCERTAIN = "uncertain", _("Not known")

    class SkipReason(models.TextChoices):
        SUPPRESSED = "suppressed", _("Address is blocked")
        OBJECTED = "objected", _("Asked us not to write")
        NO_ADDRESS = "no_address", _("No address")
        DUPLICATE = "duplicate", _("Same address as another recipient")
        COURTESY_CAP = "courtesy_cap", _("Written to recently")
        EXCLUDED = "excluded", _("Left out by a rule")
        ERASED = "erased", _("Erased")
        MANDATE_ENDED = "mandate_ended", _("Mandate ended")
        PAUSED = "paused", _("Paused at their own wish")

    class ErrorKind(models.TextChoices):
        TRANSIENT = "transient", _("Delayed")
        PERMANENT = "permanent", _("Refused")
        OUTCOME_UNKNOWN = "outcome_unknown", _("Outcome not known")
        RENDER = "render", _("The letter could not be made")
        THROTTLED = "throttled", _("Waiting its turn")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Rows come by the million in one statement that selects from these tables. A foreign key in the database would ask
    # for each row again, which takes longer than writing it; Django still protects the one and empties the other.
    # An index on the mailing alone would be the beginning of `delivery_of_mailing`.
    mailing = models.ForeignKey(
        Mailing, on_delete=models.PROTECT, related_name="deliveries", db_index=False, db_constraint=False
    )
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.SET_NULL, related_name="deliveries", db_constraint=False
    )
    email = models.EmailField(max_length=254, null=True)
    email_key = models.CharField(max_length=254, null=True)
    email_digest = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=10)
    # Merge values frozen at approval: names, salutation, closing, country code, committees, group.
    context = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    skip_reason = models.CharField(max_length=20, choices=SkipReason, blank=True)
    error_kind = models.CharField(max_length=20, choices=ErrorKind, blank=True)
    # What the server said: code and enhanced code; its words are kept without addresses.
    error_code = models.CharField(max_length=20, blank=True)
    error_detail = models.CharField(max_length=300, blank=True)
    content_digest = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    # When it was skipped after the freeze; null for those already left out at the freeze.
    skipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    complained_at = models.DateTimeField(null=True, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # No index names `status` or another column that "sent" changes: so PostgreSQL writes a result beside its row
        # and touches no index (a HOT update; half of each page is left free for it). Sending stays flat to a million.
        constraints = [
            # No reason to skip it: the check below ties that to the status.
            models.UniqueConstraint(
                fields=["mailing", "contact"], condition=Q(skip_reason=""), name="delivery_is_one_per_contact"
            ),
            models.UniqueConstraint(
                fields=["mailing", "email_key"], condition=Q(skip_reason=""), name="delivery_is_one_per_address"
            ),
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False) | (~Q(status="sent") & Q(sent_at__isnull=True)),
                name="delivery_is_sent_exactly_when_it_has_a_sent_time",
            ),
            models.CheckConstraint(
                condition=(Q(status="skipped") & ~Q(skip_reason="")) | (~Q(status="skipped") & Q(skip_reason="")),
                name="delivery_is_skipped_exactly_when_it_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "sent", "failed", "skipped", "cancelled", "uncertain"]),
                name="delivery_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(next_attempt_at__isnull=True) | Q(status="queued"), name="delivery_waits_only_while_queued"
            ),
            models.CheckConstraint(
                condition=~Q(status="uncertain") | Q(error_kind="outcome_unknown"),
                name="delivery_is_uncertain_for_one_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["mailing", "id"], name="delivery_of_mailing"),
            # Few rows among many, found by a column that "sent" does not change.
            models.Index(fields=["mailing"], name="delivery_not_known", condition=Q(error_kind="outcome_unknown")),
            # The retry lane reads only rows that wait for another try: only queued ones have a next time.
            models.Index(
                fields=["mailing", "next_attempt_at"],
                name="delivery_due_again",
                condition=Q(next_attempt_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk} of {self.mailing_id}"

    @property
    def paper_bytes(self) -> bytes | None:
        """Its PDF on letterhead (mailing.papers), once that is made."""
        paper = getattr(self, "paper", None)
        return bytes(paper.content) if paper else None

    def get_skip_reason_display(self) -> str:  # type: ignore[no-redef]
        """Why nobody wrote, in words. After the freeze one rule is left: who has answered gets no follow-up."""
        if self.skip_reason == self.SkipReason.EXCLUDED and self.skipped_at:
            return str(_("Has answered meanwhile"))
        return str(self.SkipReason(self.skip_reason).label) if self.skip_reason else ""


class DeliveryChunk(models.Model):
    """A range of delivery ids of one mailing: the only lease.

    Rows up to `cursor` were handed to a worker (their window was committed before its first byte left); rows after it
    were never tried. `window_lo` is the first id of the window under way.
    """

    class State(models.TextChoices):
        OPEN = "open"
        # Waits until a person has seen the first letter arrive (mailing.dispatch.holding).
        HELD = "held"
        DONE = "done"

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="chunks")
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    cursor = models.BigIntegerField()
    window_lo = models.BigIntegerField(null=True, blank=True)
    owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    # Answers since the mailing was started or resumed, for the breaker: summed over chunks, not over recipients.
    accepted = models.PositiveIntegerField(db_default=0)
    refused = models.PositiveIntegerField(db_default=0)

    class Meta:
        constraints = [
            # Before the first window the cursor stands just below lo.
            models.CheckConstraint(
                condition=Q(cursor__gte=F("lo") - 1, cursor__lte=F("hi"), hi__gte=F("lo")),
                name="chunk_cursor_is_within_its_range",
            ),
            models.CheckConstraint(
                condition=Q(owner="", lease_until__isnull=True) | (~Q(owner="") & Q(lease_until__isnull=False)),
                name="chunk_owner_has_a_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["mailing", "lease_until"], name="chunk_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"chunk {self.lo}–{self.hi} of {self.mailing_id}"


class DeliveryEvent(models.Model):
    """Something that happened to a delivery, told once: a result, a person's decision, a provider's event."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=30)
    detail = models.CharField(max_length=300, blank=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    actor_label = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} of delivery {self.delivery_id}"
