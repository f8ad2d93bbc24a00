"""Organisations, who belongs to them, and what they own."""

import re
from collections.abc import Collection
from datetime import date
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Q
from django.utils.translation import gettext_lazy as _

from contacts.addresses import email_digest, email_key
from contacts.names import sort_key

Rows = TypeVar("Rows", bound="models.QuerySet[Any]")


def colleagues_see(rows: Rows, user: Any) -> Rows:
    """Rows of the platform's own address book, which has no owner column: all for its colleagues and administrators,
    none for a stranger. Adds no query of its own."""
    if not user.is_authenticated or not user.is_active:
        return rows.none()
    if user.role == "administrator":
        return rows
    return rows.filter(Exists(Affiliation.objects.filter(user=user, organisation__is_platform=True)))


def is_colleague(user: Any) -> bool:
    """Whether somebody may see the platform's own address book at all (`colleagues_see`); one query at most."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.role == "administrator" or user.affiliations.filter(organisation__is_platform=True).exists()


# Not a kind of membership but a mark on one; a word of its own where one filters and counts.
FOUNDER = "founder"
_REGISTER_NUMBER = re.compile(r"[0-9]{6,15}-[0-9]{2}")


def check_register_number(text: str) -> None:
    """A number of the EU Transparency Register: 6 to 15 digits, a hyphen, 2 digits. It carries no checksum."""
    if not _REGISTER_NUMBER.fullmatch(text):
        raise ValidationError(_("Write the number as it stands in the register, such as 153882995425-37."))


class StakeholderType(models.Model):
    """A sort of organisation one invites or writes to together: trade union, embassy, victim support, ministry."""

    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


# What stands in place of a register number where an organisation says expressly that it has none.
NOT_REGISTERED = "not registered"


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Sets of organisations."""

    def visible_to(self, user: Any) -> Self:
        """All for the platform's colleagues, none for a stranger."""
        return colleagues_see(self, user)

    def ids_by_name(self, words: str = "") -> list[int]:
        """Ids in the order of their names, those whose name holds every word; whatever the case and accents."""
        wanted = sort_key(words).split()
        named = [(sort_key(name), pk) for pk, name in self.values_list("pk", "name")]
        return [pk for name, pk in sorted(named) if all(word in name for word in wanted)]

    def belonging_on(self, day: date, *kinds: str) -> Self:
        """Organisations with a membership of one of these kinds on a day. Without a start it has always been one.

        A founder is a member that was there at the beginning: it is found under "member" and under "founder".
        """
        memberships = OrganisationMembership.objects.on(day).of_kinds(kinds)
        return self.filter(Exists(memberships.filter(organisation=models.OuterRef("pk"))))


class OrganisationManager(models.Manager.from_queryset(OrganisationQuerySet)):  # type: ignore[misc]
    """Finds the platform's own organisation."""

    def platform(self) -> "Organisation":
        """The organisation that runs this desk; made on first use under the name of the settings."""
        organisation, _created = self.get_or_create(
            is_platform=True,
            defaults={
                "name": settings.PLATFORM_NAME,
                "kind": Organisation.Kind.PLATFORM,
                "transparency_register_id": settings.TRANSPARENCY_REGISTER_ID,
            },
        )
        return organisation


class Organisation(models.Model):
    """An organisation: the platform, its members, partners, stakeholders, the press.

    When `is_confidential`, postal address, phone and e-mail are never printed or exported.
    """

    class Kind(models.TextChoices):
        PLATFORM = "platform", _("Platform")
        NGO = "ngo", _("NGO")
        INSTITUTION = "institution", _("Institution")
        GOVERNMENT = "government", _("Government")
        PRESS = "press", _("Press")
        OTHER = "other", _("Other")

    name = models.CharField(_("name"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.NGO)
    country = models.CharField(_("country"), max_length=2, blank=True)
    stakeholder_types: "models.ManyToManyField[StakeholderType, Any]" = models.ManyToManyField(
        "StakeholderType", related_name="organisations", blank=True
    )
    transparency_register_id = models.CharField(
        _("Transparency Register number"), max_length=20, blank=True, validators=[check_register_number]
    )
    # Whom they speak for, as a letter to the EU's institutions must say (code of conduct of the register, point a).
    represents = models.TextField(_("represents"), max_length=1000, blank=True, default="", db_default="")
    website = models.URLField(_("website"), blank=True, default="", db_default="")
    postal_address = models.TextField(_("postal address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    # As a contact's, computed in save(): whether a contact's address is also that of a confidential organisation.
    email_digest = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False, db_index=True)
    is_confidential = models.BooleanField(_("works at a secret address"), default=False)
    is_platform = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)

    objects: ClassVar[OrganisationManager] = OrganisationManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_platform"], condition=Q(is_platform=True), name="there_is_one_platform_organisation"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["platform", "ngo", "institution", "government", "press", "other"]),
                name="organisation_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def register_number(self) -> str:
        """Its number in the Transparency Register; "" without one, and where it says expressly that it has none."""
        number = self.transparency_register_id.strip()
        return "" if number.casefold() == NOT_REGISTERED else number

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Compute the digest of the address, then save."""
        self.email_digest = email_digest(email_key(self.email)) if self.email else ""
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "email_digest"}
        super().save(*args, **kwargs)


class OrganisationMembershipQuerySet(models.QuerySet["OrganisationMembership"]):
    """Sets of memberships."""

    def on(self, day: date) -> Self:
        """Those that are in force on a day, the first and the last included. Without a start it has always been."""
        return self.filter(
            Q(started_on__isnull=True) | Q(started_on__lte=day), Q(ended_on__isnull=True) | Q(ended_on__gte=day)
        )

    def of_kinds(self, kinds: Collection[str]) -> Self:
        """Those of some kinds; "founder" stands for members that were there at the beginning."""
        wanted = Q(kind__in=[kind for kind in kinds if kind != FOUNDER])
        return self.filter(wanted | Q(is_founder=True) if FOUNDER in kinds else wanted)


class OrganisationMembership(models.Model):
    """How an organisation belongs to the platform, from when to when. Counts are computed for a day, never typed."""

    class Kind(models.TextChoices):
        MEMBER = "member", _("Member")
        ASSOCIATE = "associate", _("Associate member")
        PARTNER = "partner", _("Partner")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    kind = models.CharField(max_length=20, choices=Kind)
    is_founder = models.BooleanField(default=False)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    objects: ClassVar[OrganisationMembershipQuerySet] = OrganisationMembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind"],
                condition=Q(ended_on__isnull=True),
                name="organisation_has_one_open_membership_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="organisation_membership_dates_are_ordered",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["member", "associate", "partner"]), name="organisation_membership_kind_is_known"
            ),
            models.CheckConstraint(condition=Q(is_founder=False) | Q(kind="member"), name="only_a_member_is_a_founder"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} ({self.get_kind_display()})"


class Affiliation(models.Model):
    """A user works for an organisation; decides which rows they see."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="affiliations")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="affiliation_is_a_unique_pair")]

    def __str__(self) -> str:
        return f"{self.user} at {self.organisation}"


class OwnedQuerySet(models.QuerySet[Any]):
    """Rows that belong to an organisation; every list page starts from visible_to()."""

    def visible_to(self, user: Any) -> Self:
        """Rows owned by an organisation that the user works for; all for an administrator; none for a stranger."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role == "administrator":
            return self
        return self.filter(owner__affiliations__user=user)


class Owned(models.Model):
    """Carries the owner: an Organisation, the platform's own where the maker names none."""

    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Give the row to the platform when nobody was named."""
        if self.owner_id is None:
            self.owner = Organisation.objects.platform()
        super().save(*args, **kwargs)
