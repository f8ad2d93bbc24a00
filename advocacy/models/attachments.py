"""Files that belong to a statement. What may be one, and how it is read back, is told in advocacy.attaching."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from advocacy.models.statements import Statement


def address_of(attachment: Any, name: str) -> str:
    """Where the file lies below MEDIA_ROOT: a name of our own, so that nothing a person typed becomes a path."""
    return f"attachments/{uuid4().hex}"


class StatementAttachment(models.Model):
    """One file: public with the published statement, for colleagues before."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="attachments")
    title = models.CharField(_("what it is"), max_length=150)
    # Empty: for readers of every language.
    language = models.CharField(max_length=10, blank=True)
    # The name it is saved under, cleaned; `kind` is the ending that its content has.
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    size = models.PositiveIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=address_of, max_length=100)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "sha256"], name="statement_has_a_file_once"),
        ]

    def __str__(self) -> str:
        return self.name
