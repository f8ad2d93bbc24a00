"""What a colleague read when they decided: kept for good, beside what was approved."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mailing.models.mailings import Mailing


class Review(models.Model):
    """One decision on a letter and all it stood on. Append-only; written in the transaction of the decision.

    Nobody's name or address is kept in it: people stand as numbers of contacts, resolved when it is shown, so that an
    erasure holds here as well (docs/privacy.md).
    """

    class Decision(models.TextChoices):
        APPROVED = "approved", _("Approved")
        CHANGES = "changes", _("Changes asked")

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="reviews")
    version = models.PositiveIntegerField()
    decision = models.CharField(max_length=10, choices=Decision)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reader_label = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)
    digest = models.CharField(max_length=64)
    # What the digest is made of besides the people: texts by language, letterhead, sender (mailing.approving).
    parts = models.JSONField()
    # Counts, reasons, languages, and the numbers of the contacts who get it.
    people = models.JSONField()
    # The letters that were proposed: why, whose (a contact's number), in which language.
    previews = models.JSONField(default=list)
    # The lines of the checklist: key, tone, title, detail.
    checklist = models.JSONField(default=list)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.decision} {self.mailing_id} version {self.version}"
