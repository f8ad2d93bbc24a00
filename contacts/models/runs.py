"""Import runs, each with its change set."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """One pull of a file: what it would change or did change, so that it can be read and taken back."""

    class Status(models.TextChoices):
        HELD = "held", _("Held for a person")
        APPLIED = "applied", _("Applied")
        REVERTED = "reverted", _("Taken back")

    source = models.CharField(max_length=60)
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    as_of = models.DateField()
    status = models.CharField(max_length=20, choices=Status)
    hold_reason = models.CharField(max_length=300, blank=True)
    counts = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.source} {self.as_of:%Y-%m-%d} ({self.get_status_display()})"
