"""What passed between us and a person, as a colleague wrote it down."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models.people import Contact


class InteractionManager(models.Manager["Interaction"]):
    """Finds what was not thrown away."""

    def get_queryset(self) -> "models.QuerySet[Interaction]":
        """Rows that are not in the bin."""
        return super().get_queryset().filter(deleted_at__isnull=True)


class Interaction(models.Model):
    """Any recorded contact with a target: a meeting, a call, a commitment, a letter."""

    class Kind(models.TextChoices):
        MEETING = "meeting", _("Meeting")
        CALL = "call", _("Call")
        COMMITMENT = "commitment", _("Commitment")
        EVENT = "event", _("Event")
        LETTER = "letter", _("Letter")
        OTHER = "other", _("Other")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="interactions")
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # Who else was there, in a colleague's words.
    with_whom = models.CharField(_("with"), max_length=200, blank=True, default="", db_default="")
    note = models.TextField(blank=True)
    # When somebody has to come back to it, and when that was done (contacts/commitments.py).
    due_on = models.DateField(_("comes back on"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    reference_type = models.CharField(max_length=60, blank=True)
    reference_id = models.CharField(max_length=60, blank=True)
    # When somebody threw it away; it lies in the bin for 30 days (contacts/recording.py).
    deleted_at = models.DateTimeField(null=True, blank=True, db_index=True)

    objects: ClassVar[InteractionManager] = InteractionManager()
    all_objects: ClassVar[models.Manager["Interaction"]] = models.Manager()

    class Meta:
        ordering = ["-at"]
        indexes = [
            # Few rows among many: the first page asks for them each time.
            models.Index(
                fields=["due_on"],
                name="interaction_due",
                condition=models.Q(due_on__isnull=False, done_at__isnull=True, deleted_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
