"""Restore points: the texts of a statement as they were when a writer gave that moment a name."""

from django.conf import settings
from django.db import models

from advocacy.models.statements import Statement


class RestorePoint(models.Model):
    """All language versions of a statement under a name ("before the lawyers' changes"). Append-only."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="restore_points")
    name = models.CharField(max_length=120)
    # See Statement.texts_as_json.
    texts = models.JSONField()
    digest = models.CharField(max_length=64)
    # Kept by us before a person went back to another text or saved over somebody else's; nobody named it.
    is_automatic = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
