"""The Parliament: bodies, an MEP's terms, and seats with a role and dates."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contacts.models.people import Contact


class BodyManager(models.Manager["Body"]):
    """Finds bodies by code or alias."""

    def by_alias(self, kind: str) -> dict[str, "Body"]:
        """Every code and alias of a kind, casefolded, with its body."""
        found: dict[str, Body] = {}
        for body in self.filter(kind=kind):
            for word in [body.code, body.name, *body.aliases]:
                found.setdefault(word.casefold(), body)
        return found


class Body(models.Model):
    """A group, committee, delegation, national parliament or intergroup."""

    class Kind(models.TextChoices):
        GROUP = "group", _("Political group")
        COMMITTEE = "committee", _("Committee")
        DELEGATION = "delegation", _("Delegation")
        NATIONAL_PARLIAMENT = "national_parliament", _("National parliament")
        INTERGROUP = "intergroup", _("Intergroup")

    kind = models.CharField(max_length=20, choices=Kind)
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60, blank=True)
    aliases = models.JSONField(default=list, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    objects: ClassVar[BodyManager] = BodyManager()

    class Meta:
        ordering = ["kind", "code"]
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="body_code_is_unique_per_kind")]

    def __str__(self) -> str:
        return self.short_name or self.code


class MandateQuerySet(models.QuerySet["Mandate"]):
    """Sets of mandates."""

    def open(self) -> Self:
        """Mandates that have not ended."""
        return self.filter(ended_on__isnull=True)


class Mandate(models.Model):
    """An MEP's term. The Parliament's own id is the key of every import, never the name."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="mandates")
    ep_id = models.PositiveIntegerField(db_index=True)
    term = models.PositiveSmallIntegerField()
    country = models.CharField(max_length=2)
    national_party = models.CharField(max_length=200, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = MandateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(ended_on__isnull=True), name="contact_has_one_open_mandate"
            ),
            models.UniqueConstraint(
                fields=["ep_id"], condition=Q(ended_on__isnull=True), name="ep_id_has_one_open_mandate"
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="mandate_dates_are_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"MEP {self.ep_id}, term {self.term}"


class Membership(models.Model):
    """A seat in a body with a role, from when to when."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("Chair")
        VICE_CHAIR = "vice_chair", _("Vice-Chair")
        CO_CHAIR = "co_chair", _("Co-Chair")
        MEMBER = "member", _("Member")
        SUBSTITUTE = "substitute", _("Substitute")
        BUREAU = "bureau", _("Member of the Bureau")
        COORDINATOR = "coordinator", _("Coordinator")

    mandate = models.ForeignKey(Mandate, on_delete=models.CASCADE, related_name="memberships")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role, default=Role.MEMBER)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mandate", "body", "role"],
                condition=Q(ended_on__isnull=True),
                name="membership_is_open_once_per_mandate_body_and_role",
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="membership_dates_are_ordered",
            ),
            models.CheckConstraint(
                condition=Q(
                    role__in=["chair", "vice_chair", "co_chair", "member", "substitute", "bureau", "coordinator"]
                ),
                name="membership_role_is_known",
            ),
        ]
        indexes = [
            # Segments ask for the open seats of a body.
            models.Index(fields=["body", "role"], name="membership_open_seats", condition=Q(ended_on__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.body}, {self.get_role_display()}"
