"""Evidence: figures with their source, cited in texts."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Owned, OwnedQuerySet
from contacts.names import sort_key

# A figure that nobody looked at for so long is called stale.
STALE_DAYS = 365
# What a version keeps; a change of any of these is a new version.
FACTS = ("claim", "figure", "unit", "period", "source", "url")


class EvidenceQuerySet(OwnedQuerySet):
    """Sets of figures."""

    def matching(self, words: str) -> Self:
        """Those whose words hold all the words, accents and case aside; compared in Python."""
        wanted = sort_key(words).split()
        texts = {row[0]: sort_key(" ".join(row[1:])) for row in self.order_by().values_list("pk", "slug", *FACTS)}
        return self.filter(pk__in=[pk for pk, text in texts.items() if all(word in text for word in wanted)])

    def stale(self) -> Self:
        """Those that were checked longer ago than STALE_DAYS."""
        return self.filter(checked_on__lt=timezone.localdate() - dt.timedelta(days=STALE_DAYS))


class Evidence(Owned):
    """One figure: what it says, for when, from where, and when somebody last looked whether it still stands."""

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    claim = models.CharField(_("what it says"), max_length=300)
    figure = models.CharField(_("figure"), max_length=60)
    unit = models.CharField(_("unit"), max_length=100, blank=True)
    period = models.CharField(_("period"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=300)
    url = models.URLField(_("address of the source"), max_length=500, blank=True)
    checked_on = models.DateField(_("checked on"))
    language_notes = models.TextField(_("notes on languages"), max_length=2000, blank=True)
    is_sample = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["claim", "id"]
        verbose_name_plural = _("evidence")

    def __str__(self) -> str:
        return ", ".join(filter(None, [f"{self.figure} {self.unit}".strip(), self.claim, self.period]))

    @property
    def is_stale(self) -> bool:
        """Whether nobody looked at it for more than a year."""
        return self.checked_on < timezone.localdate() - dt.timedelta(days=STALE_DAYS)

    def facts(self) -> dict[str, Any]:
        """What a version keeps (FACTS)."""
        return {name: getattr(self, name) for name in FACTS}


class EvidenceVersion(models.Model):
    """What a figure said from a moment on. Append-only: a text of that time can still be checked against it."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    facts = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["evidence", "number"], name="evidence_version_number_is_unique")]

    def __str__(self) -> str:
        return f"{self.evidence}, {self.number}"
