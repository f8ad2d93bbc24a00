"""Addresses that must not be written to, as keyed hashes."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    """Sets of suppressions."""

    def of(self, scope: str) -> Self:
        """Those that stop a message of a scope: `letters` or `list:<id>`; scope `all` stops every message."""
        return self.filter(scope__in=["all", scope])


class Suppression(models.Model):
    """A keyed hash of an address that must not be mailed. Survives the contact's erasure."""

    class Reason(models.TextChoices):
        HARD_BOUNCE = "hard_bounce", _("The mailbox is gone")
        COMPLAINT = "complaint", _("Complained")
        OBJECTION = "objection", _("Asked us not to write")
        ERASURE = "erasure", _("Erased")

    email_digest = models.CharField(max_length=64)
    scope = models.CharField(max_length=40, default="all")
    reason = models.CharField(max_length=20, choices=Reason)
    at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[SuppressionQuerySet] = SuppressionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email_digest", "scope"], name="suppression_is_one_per_address_and_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.scope})"


class SuppressionLift(models.Model):
    """An address that was taken off again. Append-only, so that an export tells a lift from a row that was lost."""

    email_digest = models.CharField(max_length=64, db_index=True)
    scope = models.CharField(max_length=40)
    reason = models.CharField(max_length=20, choices=Suppression.Reason)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"lifted: {self.get_reason_display()} ({self.scope})"
