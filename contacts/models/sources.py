"""What imports remember: names a person matched once, and the raw answers of the Parliament's service."""

import gzip
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RememberedName(models.Model):
    """A word that no table of ours knew, and the code a person said it means; the next import does not ask again.

    `key` is the word without case, accents and kind of apostrophe (contacts/imports/vocabulary.py). Of an address that
    looks like another one and was confirmed only the keyed hash is kept, and no label.
    """

    class Kind(models.TextChoices):
        COUNTRY = "country", _("Country")
        GROUP = "group", _("Political group")
        COMMITTEE = "committee", _("Committee")
        ROLE = "role", _("Role")
        LANGUAGE = "language", _("Language")
        PARTY = "party", _("National party")
        ADDRESS = "address", _("E-mail address")

    kind = models.CharField(max_length=20, choices=Kind)
    label = models.CharField(max_length=200)
    key = models.CharField(max_length=200, editable=False)
    code = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["kind", "key"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="remembered_name_means_one_thing")]

    def __str__(self) -> str:
        return f"{self.label}: {self.code}"


class RawAnswerQuerySet(models.QuerySet["RawAnswer"]):
    """Sets of answers."""

    def of_pull(self, pull: str) -> "RawAnswerQuerySet":
        """The answers of one pull in the order they came."""
        return self.filter(pull=pull).order_by("id")


class RawAnswer(models.Model):
    """One answer of the Parliament's service as it came, so that an import can be run again and proven.

    `pull` is the same for all answers of one run of `sync_meps`; `digest` is the SHA-256 of the body, which is kept
    compressed. Answers are thrown away after SYNC_KEEP_DAYS.
    """

    pull = models.CharField(max_length=40, db_index=True)
    url = models.CharField(max_length=500)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects: Any = RawAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.url} ({self.status})"

    def content(self) -> bytes:
        """The body as the service sent it."""
        return gzip.decompress(bytes(self.body))
