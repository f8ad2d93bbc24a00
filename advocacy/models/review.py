"""What is said about a statement before it is published: comments of its readers, and the writer's word on consent."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from advocacy.models.statements import Statement


class ReviewCommentQuerySet(models.QuerySet["ReviewComment"]):
    """Comments; an answer is a comment that has a `parent`."""

    def threads(self) -> Self:
        """Comments that start a thread, with their answers and people, the oldest first."""
        people = self.filter(parent__isnull=True).select_related("author", "resolved_by", "version")
        return people.prefetch_related("answers__author").order_by("id")

    def open(self) -> Self:
        """Threads that nobody has settled."""
        return self.filter(parent__isnull=True, resolved_at__isnull=True)


class ReviewComment(models.Model):
    """A remark on one paragraph of a text, or on all of it, or an answer to one. The words of it never change."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="comments")
    # Null for a remark on a draft that nobody has sent for review yet.
    version = models.ForeignKey("advocacy.StatementVersion", null=True, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="answers")
    language = models.CharField(max_length=10)
    # Which paragraph, counted from 1 as advocacy.passages does; empty: the whole text. `quote` is what it said then.
    paragraph = models.PositiveIntegerField(null=True)
    quote = models.CharField(max_length=300, blank=True)
    words = models.CharField(_("comment"), max_length=2000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True)

    objects = ReviewCommentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False, parent__isnull=True),
                name="review_comment_is_resolved_by_somebody_or_open",
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"


class SafetyConfirmation(models.Model):
    """Somebody's word that what the safety check found may stay, for exactly these words (`digest`). Append-only."""

    class Ground(models.TextChoices):
        CONSENT = "consent", _("The people concerned agreed to be told about in this way; we keep their consent")
        INVENTED = "invented", _("The story is invented or put together from several, and points to nobody")
        NOT_A_CASE = (
            "not_a_case",
            _("These are no people of a case but officials, speakers, colleagues or our contact"),
        )

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="safety_confirmations")
    digest = models.CharField(max_length=64)
    ground = models.CharField(_("why it may stay"), max_length=20, choices=Ground)
    # How many findings of which kind, never their words.
    counts = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"confirmation {self.pk}"
