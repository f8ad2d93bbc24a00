"""The text of a mailing, one row a language."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mailing import places
from mailing.models.mailings import Mailing


class MailingContent(models.Model):
    """Subject and body of a mailing in one language; merge fields stand as `{{ field }}` in text."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="contents")
    language = models.CharField(max_length=10)
    subject = models.CharField(_("subject"), max_length=150, blank=True)
    # What mail programs show beside the subject before an issue is opened; letters have none.
    preheader = models.CharField(_("preheader"), max_length=140, blank=True, default="", db_default="")
    body = models.TextField(_("letter"), blank=True)
    is_reviewed = models.BooleanField(_("reviewed"), default=False)
    # What the source said when this translation was last reviewed (mailing.following); null where nobody noted it.
    followed_subject = models.CharField(max_length=150, null=True, blank=True)
    followed_body = models.TextField(null=True, blank=True)
    edition = models.PositiveIntegerField(default=1)
    # As advocacy.models.StatementText.saved_from.
    saved_from = models.CharField(max_length=32, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "language"], name="mailing_has_one_content_per_language"),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id} {self.language}"

    def body_for(self, context: Mapping[str, Any], language: str = "") -> str:
        """The text with the passages that a recipient's frozen context names; still with its merge fields."""
        code = language or self.language

        def wording(place: int) -> str:
            return self.mailing.passage_bodies.get((places.chosen(context, place), code), "")

        return places.expanded(self.body, wording)


class Skeleton(models.Model):
    """A mailing's message in one language and shape, made once before its first letter leaves.

    See mailing.dispatch.skeleton. The shape is which alternative passages stand in it, or which topics its readers
    chose (mailing.places.shape_of); "" for mailings without any. Its column has room for all passages or all topics
    that there can be, whatever their ids: a letter has no topics, and an issue of blocks no passages.

    `program` holds the constant bytes and where each recipient's values go, so that what was sent can be made again
    bit by bit after texts, letterhead or this program have changed. Written once.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="skeletons")
    language = models.CharField(max_length=10)
    shape = models.CharField(max_length=250, blank=True, default="")
    program = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "language", "shape"], name="mailing_has_one_skeleton_per_language_and_shape"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id} {self.language}"
