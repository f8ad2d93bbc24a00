"""Import runs: the life of each, its change set, and the uploaded file as long as it is needed."""

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import record
from accounts.models import User
from contacts.models.organisations import colleagues_see

UNDO_DAYS = 30
FILE_DAYS = 7


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Sets of import runs."""

    def visible_to(self, user: Any) -> Self:
        """All for the platform's colleagues, none for a stranger."""
        return colleagues_see(self, user)

    def give_references(self) -> int:
        """Give the runs of older workers, which knew of no references, theirs; how many there were."""
        found = list(self.filter(reference="").order_by("pk"))
        for run in found:
            run.save()
        return len(found)


class WrongStatus(Exception):
    """The import is no longer where somebody thought it was."""


class ImportRun(models.Model):
    """One pull of a file: what it would change or did change, so that it can be read and taken back."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        MAPPED = "mapped", _("Columns matched")
        CHECKED = "checked", _("To be checked")
        HELD = "held", _("Held for a person")
        APPLIED = "applied", _("Applied")
        REVERTED = "reverted", _("Taken back")
        DISCARDED = "discarded", _("Not imported")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        "uploaded": {"mapped", "checked", "discarded"},
        "mapped": {"checked", "discarded"},
        "checked": {"held", "applied", "discarded"},
        "held": {"applied", "discarded"},
        "applied": {"reverted"},
        "reverted": set(),
        "discarded": set(),
    }

    # Defaults in the database as well: a worker of the version before this one goes on writing during an update. Its
    # runs have no reference until beat gives them one.
    reference = models.CharField(_("reference"), max_length=20, blank=True, default="", db_default="", editable=False)
    source = models.CharField(max_length=60)
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    as_of = models.DateField()
    status = models.CharField(max_length=20, choices=Status)
    hold_reason = models.CharField(max_length=300, blank=True)
    # How the file is read: reader, encoding, sheet, mapping (contacts/imports/uploading.py).
    options = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), blank=True)
    counts = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    # What taking it back did: how many changes, and which stayed because somebody changed them since.
    outcome = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    mapped_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    reverted_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)
    # "check", "apply" or "undo" while a worker does it with a large file; "" otherwise.
    working = models.CharField(max_length=10, blank=True, default="", db_default="")
    working_since = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ImportRunQuerySet] = ImportRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reference"], condition=~models.Q(reference=""), name="import_reference_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} ({self.get_status_display()})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new run gets the next reference of the year, such as IMP-2026-014."""
        if self.reference:
            super().save(*args, **kwargs)
            return
        for attempt in range(10):
            self.reference = next_reference(attempt)
            try:
                with transaction.atomic():
                    super().save(*args, **kwargs)
            except IntegrityError:
                self.reference = ""
                if attempt == 9:
                    raise
            else:
                return

    def move_to(self, status: str, *, actor: User | None, note: str = "") -> None:
        """Change the status by a guarded UPDATE, with its moment and a line in the audit trail.

        `note` continues the actor's name in the trail; "" writes none. Raises WrongStatus when the run has moved on.
        """
        if status not in self.TRANSITIONS[self.status]:
            raise WrongStatus(f"{self.status} → {status}")
        facts: dict[str, Any] = {"status": status}
        if status != self.Status.UPLOADED:
            facts[f"{status}_at"] = timezone.now()
        with transaction.atomic():
            if not ImportRun.objects.filter(pk=self.pk, status=self.status).update(**facts):
                raise WrongStatus(f"{self.status} → {status}")
            if note:
                record(actor, note, about=self, label=self.reference)
        for name, value in facts.items():
            setattr(self, name, value)

    def claim(self, work: str) -> bool:
        """Put down that a worker shall check, apply or undo it. False when one does already (or did 10 minutes ago)."""
        stale = timezone.now() - timedelta(minutes=10)
        free = ImportRun.objects.filter(pk=self.pk, status=self.status).filter(
            models.Q(working="") | models.Q(working_since__lt=stale)
        )
        return bool(free.update(working=work, working_since=timezone.now()))

    def release(self) -> None:
        """The worker is done."""
        ImportRun.objects.filter(pk=self.pk).update(working="", working_since=None)
        self.working, self.working_since = "", None

    @property
    def can_be_taken_back(self) -> bool:
        """Whether it was applied, less than UNDO_DAYS ago, and what it replaced is still known."""
        done = self.applied_at or self.at
        recent = done > timezone.now() - timedelta(days=UNDO_DAYS)
        return self.status == self.Status.APPLIED and recent and bool(self.changes)


def next_reference(skip: int = 0) -> str:
    """The next reference of this year; `skip` leaves some out, after a collision."""
    start = f"IMP-{timezone.localdate().year}-"
    known = ImportRun.objects.filter(reference__startswith=start).values_list("reference", flat=True)
    last = max((int(reference.removeprefix(start)) for reference in known), default=0)
    return f"{start}{last + 1 + skip:03}"


class ImportFile(models.Model):
    """The bytes of an upload and what was found in them, until the run is applied or discarded, or for FILE_DAYS."""

    run = models.OneToOneField(ImportRun, on_delete=models.CASCADE, related_name="file")
    data = models.BinaryField()
    # What the check page shows; made by contacts/imports/checking.py.
    preview = models.JSONField(default=dict, blank=True)
    # A person's choices, kept while a worker applies a large file.
    decisions = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"File of import {self.run_id}"


class RememberedMapping(models.Model):
    """Which column is which field, remembered for sheets with the same header. `key` is the SHA-256 of the header."""

    key = models.CharField(max_length=64, unique=True)
    columns = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Mapping of {len(self.columns)} columns"
