"""Statements, their language versions and the versions that people read and approved."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from contacts.models import Owned, OwnedQuerySet
from contacts.names import sort_key


class StatementQuerySet(OwnedQuerySet):
    """Statements, with what lists need of them."""

    def published(self) -> Self:
        """What the public may read now. Lists, feeds, the sitemap and files of statements all start from here.

        A scheduled text is not among them: it becomes public by one UPDATE at its time (publishing.publish_due).
        """
        return self.filter(status=Statement.Status.PUBLISHED)

    def due(self, now: datetime) -> Self:
        """Scheduled texts whose time has come, the earliest first."""
        return self.filter(status=Statement.Status.SCHEDULED, publish_at__lte=now).order_by("publish_at", "pk")

    def matching(self, words: str) -> Self:
        """Those whose reference or a title holds all the words, accents and case aside.

        The comparison runs in Python over titles alone: the databases fold letters differently, or ASCII only.
        """
        wanted = sort_key(words).split()
        titles: dict[int, str] = {}
        for pk, reference, title in self.order_by().values_list("pk", "reference", "texts__title"):
            titles[pk] = f"{titles.get(pk, '')} {sort_key(reference)} {sort_key(title or '')}"
        return self.filter(pk__in=[pk for pk, text in titles.items() if all(word in text for word in wanted)])

    def with_title(self, language: str = "") -> Self:
        """Adds `title` and `summary`: in `language` where that version exists, else as it was written."""
        texts = StatementText.objects.filter(statement=OuterRef("pk"))
        own = texts.filter(language=OuterRef("source_language"))
        wanted = texts.filter(language=language or OuterRef("source_language"))
        return self.annotate(
            title=Coalesce(Subquery(wanted.values("title")[:1]), Subquery(own.values("title")[:1])),
            summary=Coalesce(Subquery(wanted.values("summary")[:1]), Subquery(own.values("summary")[:1])),
        )


class Statement(Owned):
    """A public text of a kind. `status` moves only through `advocacy.publishing`."""

    class Kind(models.TextChoices):
        STATEMENT = "statement", _("Statement")
        JOINT_STATEMENT = "joint_statement", _("Joint statement")
        POSITION_PAPER = "position_paper", _("Position paper")
        PRESS_RELEASE = "press_release", _("Press release")
        NEWS = "news", _("News")
        EVENT_REPORT = "event_report", _("Event report")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        APPROVED = "approved", _("Approved")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    reference = models.CharField(_("reference"), max_length=40, unique=True)
    slug = models.SlugField(_("address of the page"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.STATEMENT)
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    source_language = models.CharField(_("written in"), max_length=10, default="en")
    is_sample = models.BooleanField(default=False, help_text=_("Made up for the demo; the page says so."))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_approver = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    review_note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    publish_at = models.DateTimeField(null=True, blank=True, help_text="When beat publishes a scheduled text.")
    published_at = models.DateTimeField(null=True, blank=True)
    # Facts beside the text that its kind asks for (advocacy.kinds.FIELDS): occasion, place, contact and so on.
    details = models.JSONField(default=dict, blank=True)
    embargo_until = models.DateTimeField(null=True, blank=True, help_text="It is not published before.")
    campaign = models.ForeignKey(
        "advocacy.Campaign", null=True, blank=True, on_delete=models.PROTECT, related_name="statements"
    )
    supersedes = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["published", "withdrawn"], published_at__isnull=False)
                | Q(status__in=["draft", "in_review", "approved", "scheduled"], published_at__isnull=True),
                name="statement_status_agrees_with_published_at",
            ),
            models.CheckConstraint(
                condition=Q(status="scheduled", publish_at__isnull=False)
                | Q(status__in=["draft", "in_review", "approved"], publish_at__isnull=True)
                | Q(status__in=["published", "withdrawn"]),
                name="statement_is_scheduled_with_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_review"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="statement_leaves_review_only_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("submitted_by")),
                name="statement_is_approved_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_editable(self) -> bool:
        """Whether its texts may change: what was published stays as it was."""
        return self.status not in {self.Status.PUBLISHED, self.Status.WITHDRAWN}

    @property
    def is_approved(self) -> bool:
        """Whether a second person has agreed to these words, public or not yet; a letter may be made of it."""
        return self.status in {self.Status.APPROVED, self.Status.SCHEDULED, self.Status.PUBLISHED}

    def newer(self) -> "Statement | None":
        """The published text that took the place of this one, the latest where that was replaced as well."""
        latest: Statement | None = None
        current: Statement = self
        # A chain is as long as somebody made versions; the limit only stops a loop that nobody can make on a page.
        for _step in range(50):
            following = Statement.objects.published().filter(supersedes=current).order_by("-published_at").first()
            if following is None:
                break
            latest = current = following
        return latest

    def texts_as_json(self, texts: "Iterable[StatementText] | None" = None) -> dict[str, dict[str, str]]:
        """All language versions as they are now, by language code; what a StatementVersion keeps.

        `texts` are the rows where a page has just read them; a step reads them anew.
        """
        rows = self.texts.order_by("language") if texts is None else texts
        return {text.language: {"title": text.title, "summary": text.summary, "body": text.body} for text in rows}

    def digest(self) -> str:
        """SHA-256 over all language versions as they are now, hex: the same words give the same digest."""
        return digest_of(self.texts_as_json())


def digest_of(texts: dict[str, Any]) -> str:
    """SHA-256 over language versions (see Statement.texts_as_json), hex."""
    plain = json.dumps(texts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


class StatementText(models.Model):
    """One language version of a statement: what is being written now."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(_("summary"), max_length=400, blank=True)
    body = models.TextField(_("text"), blank=True, help_text="Clean HTML; advocacy.richtext.sanitise() made it.")
    is_reviewed = models.BooleanField(_("reviewed"), default=False)
    # Which paragraph of the source each paragraph translates, by digest; filled by a later page.
    source_map = models.JSONField(default=list, blank=True)
    # Raised by every save; a page sends back the number it read, so that two editors never overwrite silently.
    edition = models.PositiveIntegerField(default=1)
    # Which open page saved last (its form's `page`): it may save again though the answer to its save was lost.
    saved_from = models.CharField(max_length=32, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "language"], name="statement_has_one_text_per_language"),
        ]

    def __str__(self) -> str:
        return self.title


class StatementVersion(models.Model):
    """What a person sent for review, approved or published: all language versions at that moment. Append-only.

    `number` counts what was sent for review; what happens to it afterwards (`event`: the new status) keeps the number.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    texts = models.JSONField()
    # The facts beside the text and the attached files (name, size, SHA-256) at that moment.
    details = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=20)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "number", "event"],
                # A time of publication may be set and taken back as often as people like.
                condition=~Q(event__in=["scheduled", "unscheduled"]),
                name="statement_version_goes_through_a_status_once",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"
