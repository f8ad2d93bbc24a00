"""A mailing: one e-mail run, and the history of its states."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from advocacy.models import Campaign, Statement
from contacts.models import ContactList, Owned, OwnedQuerySet
from mailing.models.senders import Sender

FINAL = ["finished", "cancelled"]
APPROVED_ONWARD = ["approved", "scheduled", "sending", "paused", "finished"]


class Mailing(Owned):
    """One e-mail run: a letter or a newsletter issue. `status` moves only through `mailing.lifecycle`."""

    class Kind(models.TextChoices):
        LETTER = "letter", _("Letter")
        NEWSLETTER = "newsletter", _("Newsletter")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        SCHEDULED = "scheduled", _("Scheduled")
        SENDING = "sending", _("Sending")
        PAUSED = "paused", _("Paused")
        FINISHED = "finished", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")

    class PaperAs(models.TextChoices):
        NONE = "none", _("No PDF")
        ATTACHED = "attached", _("As a PDF attached to it")
        LINK = "link", _("As a link to its PDF")

    reference = models.CharField(_("reference"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.LETTER)
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    statement = models.ForeignKey(Statement, null=True, blank=True, on_delete=models.PROTECT, related_name="mailings")
    statement_digest = models.CharField(max_length=64, blank=True, help_text="The source version it was made from.")
    # The letter that this one follows up: it goes to those who have not answered it, threaded under it.
    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups")
    # When a person said that nobody needs to be asked again.
    follow_up_declined_at = models.DateTimeField(null=True, blank=True)
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="mailings")
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="mailings")
    # A newsletter goes to one consented list; leaving it is a suppression of that list.
    contact_list = models.ForeignKey(
        ContactList, null=True, blank=True, on_delete=models.PROTECT, related_name="mailings"
    )
    source_language = models.CharField(max_length=10, default="en")
    is_sample = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_approver = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    review_note = models.CharField(max_length=500, blank=True)
    # Raised by every change of text, audience or sender: approval is bound to it and any edit withdraws it.
    version = models.PositiveIntegerField(default=1)
    # The version of which a test was last sent; the checklist asks for one of the present version.
    tested_version = models.PositiveIntegerField(null=True, blank=True)
    # Set when it is sent for approval and checked again at approval: text, recipients, sender (DESIGN 4).
    review_digest = models.CharField(max_length=64, blank=True)
    approved_digest = models.CharField(max_length=64, blank=True)
    matched = models.PositiveIntegerField(null=True, blank=True)
    recipients = models.PositiveIntegerField(null=True, blank=True)
    pause_reason = models.CharField(max_length=300, blank=True)
    # How each recipient also gets the letter on letterhead (mailing.papers). The PDFs are made once it has started and
    # before the first one leaves: all of them are there since `papers_ready_at`; who makes them holds `papers_until`.
    paper = models.CharField(max_length=10, choices=PaperAs, default=PaperAs.NONE, db_default=PaperAs.NONE)
    papers_ready_at = models.DateTimeField(null=True, blank=True)
    papers_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    # An issue is frozen when it starts: until when the one who does it has it for themselves.
    freezing_until = models.DateTimeField(null=True, blank=True)
    # The readers an issue had when it should have started, if that is far from what was approved: asked, or agreed to.
    recounted = models.PositiveIntegerField(null=True, blank=True)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    # When it may leave: a pace, hours of the day on some weekdays (ISO numbers, "12345") in a time zone, and an end
    # after which it asks instead of firing late.
    pace_per_minute = models.PositiveIntegerField(null=True, blank=True)
    hours_from = models.TimeField(null=True, blank=True)
    hours_to = models.TimeField(null=True, blank=True)
    weekdays = models.CharField(max_length=7, blank=True)
    hours_zone = models.CharField(max_length=60, blank=True)
    latest_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_activity_at = models.DateTimeField(null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=APPROVED_ONWARD) | Q(approver__isnull=False, approved_at__isnull=False),
                name="mailing_leaves_review_only_approved",
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("submitted_by")),
                name="mailing_is_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["sending", "paused", "finished"]) | Q(frozen_at__isnull=False),
                name="mailing_sends_only_frozen",
            ),
            models.CheckConstraint(
                condition=~Q(status="scheduled") | Q(scheduled_at__isnull=False), name="scheduled_mailing_has_a_time"
            ),
            models.CheckConstraint(
                condition=Q(status__in=FINAL, finished_at__isnull=False)
                | (~Q(status__in=FINAL) & Q(finished_at__isnull=True)),
                name="mailing_has_an_end_exactly_when_final",
            ),
            models.CheckConstraint(
                condition=Q(hours_from__isnull=True, hours_to__isnull=True)
                | Q(hours_from__isnull=False, hours_to__isnull=False),
                name="mailing_hours_are_a_pair",
            ),
            models.CheckConstraint(
                condition=Q(pace_per_minute__isnull=True) | Q(pace_per_minute__gt=0),
                name="pace_of_a_mailing_is_above_zero",
            ),
        ]
        indexes = [
            # Beat rings for mailings that are due or under way.
            models.Index(fields=["scheduled_at"], name="mailing_due", condition=Q(status__in=["scheduled", "sending"])),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def has_papers(self) -> bool:
        """Whether each of its recipients has a PDF. A newsletter has none."""
        return self.kind == self.Kind.LETTER and self.paper != self.PaperAs.NONE

    @property
    def attaches_papers(self) -> bool:
        """Whether that PDF goes with the message itself."""
        return self.kind == self.Kind.LETTER and self.paper == self.PaperAs.ATTACHED

    @property
    def links_papers(self) -> bool:
        """Whether the message leads to that PDF by a link of its own."""
        return self.kind == self.Kind.LETTER and self.paper == self.PaperAs.LINK

    @property
    def suppression_scope(self) -> str:
        """Which suppressions stop it besides those of everything: its list's, or "letters" where it has none."""
        return f"list:{self.contact_list_id}" if self.contact_list_id else "letters"

    @cached_property
    def has_blocks(self) -> bool:
        """Whether it is an issue put together from blocks, and not one text."""
        if self.kind != self.Kind.NEWSLETTER:
            return False
        # A page has asked that with the rest (mailing.views.finding).
        known: bool | None = getattr(self, "some_blocks", None)
        return self.blocks.exists() if known is None else known

    @cached_property
    def passage_bodies(self) -> dict[tuple[int, str], str]:
        """Wording of each alternative passage by its id and language; asked once for many letters."""
        rows = self.passages.filter(texts__isnull=False)
        return {(pk, language): body for pk, language, body in rows.values_list("pk", "texts__language", "texts__body")}

    @cached_property
    def earlier(self) -> list["Mailing"]:
        """The letters that this one follows up, the first of them first; one query each, and none for most letters."""
        found = [self.follows] if self.follows else []
        while found and found[0].follows:
            found.insert(0, found[0].follows)
        return found

    @cached_property
    def kin(self) -> list[int]:
        """Ids of the other letters of its thread, whose answers count for it too; none for most letters."""
        if not self.earlier:
            return []
        found = newest = {self.earlier[0].pk}
        while newest:
            newest = set(Mailing.objects.filter(follows__in=newest).values_list("pk", flat=True)) - found
            found = found | newest
        return sorted(found - {self.pk})

    @cached_property
    def statement_languages(self) -> set[str]:
        """Languages in which the statement it was made from can be read; asked once for many letters."""
        return set(self.statement.texts.values_list("language", flat=True)) if self.statement else set()


class MailingTransition(models.Model):
    """One move of a mailing from state to state. Append-only; written in the transaction of the move."""

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="transitions")
    from_status = models.CharField(max_length=20)
    to_status = models.CharField(max_length=20)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"
