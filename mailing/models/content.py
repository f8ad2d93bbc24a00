"""The text of a mailing, one row a language."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mailing.models.mailings import Mailing


class MailingContent(models.Model):
    """Subject and body of a mailing in one language; merge fields stand as `{{ field }}` in text."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="contents")
    language = models.CharField(max_length=10)
    subject = models.CharField(_("subject"), max_length=150, blank=True)
    body = models.TextField(_("letter"), blank=True)
    is_reviewed = models.BooleanField(_("reviewed"), default=False)
    edition = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "language"], name="mailing_has_one_content_per_language"),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id} {self.language}"
