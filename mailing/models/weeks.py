"""The Parliament's calendar: what kind of week it is. Kept by colleagues; nothing is shipped (docs/pace.md)."""

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class ParliamentWeek(models.Model):
    """One week of the Parliament's own calendar, by its Monday (`mailing.parliament` sees to that).

    No constraint holds the weekday: SQLite has no function of its own for it, and a dump must load without ours.
    """

    class Kind(models.TextChoices):
        PLENARY = "plenary", _("Session in Strasbourg")
        BRUSSELS_PLENARY = "mini", _("Session in Brussels")
        COMMITTEES = "committees", _("Committees")
        GROUPS = "groups", _("Political groups")
        CONSTITUENCY = "constituency", _("Constituencies")
        RECESS = "recess", _("Recess")

    monday = models.DateField(_("Monday"), unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["monday"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["plenary", "mini", "committees", "groups", "constituency", "recess"]),
                name="parliament_week_is_of_a_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.monday}: {self.kind}"

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)
