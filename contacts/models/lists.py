"""Consented lists, a contact's state on them, and the proof of consent."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models.organisations import Owned, OwnedQuerySet
from contacts.models.people import Contact


class ContactList(Owned):
    """A consented list, such as the newsletter."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    description = models.TextField(_("description"), blank=True)
    # Stands in its public addresses: /en/subscribe/network/; null for a list that nobody joins by itself.
    slug = models.SlugField(_("address"), max_length=60, null=True, blank=True, unique=True)
    # Whether people can join it on its public page, and its issues stand in the public archive.
    is_open = models.BooleanField(_("open to the public"), default=False, db_default=False)
    # Whether its issues count, without any person, how often each of their links was followed.
    counts_clicks = models.BooleanField(_("counts how often links are followed"), default=False, db_default=False)
    # After so many issues in a row that came back as "not now" somebody gets none until they are brought back.
    soft_bounce_limit = models.PositiveSmallIntegerField(_("issues that may come back"), default=3, db_default=3)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(slug__isnull=False), name="open_list_has_a_public_address"
            ),
            models.CheckConstraint(condition=Q(soft_bounce_limit__gt=0), name="issues_may_come_back_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def wording(self) -> "ConsentWording | None":
        """What people agree to now, in the site's own language or else in another; None where nobody has written it."""
        return self.wording_in(settings.LANGUAGE_CODE)

    def wording_in(self, language: str) -> "ConsentWording | None":
        """What people who read this language agree to now: the newest in it, else in the site's own, else any."""
        newest: dict[str, ConsentWording] = {}
        for row in sorted(self.wordings.all(), key=lambda row: (row.version, row.pk)):
            newest[row.language] = row
        fallback = newest.get(settings.LANGUAGE_CODE) or max(newest.values(), key=lambda row: row.pk, default=None)
        return newest.get(language) or fallback

    def own_wording_in(self, language: str) -> "ConsentWording | None":
        """What was written in this very language last, for whoever edits it; None where nobody has. Asks each time."""
        return self.wordings.filter(language=language).order_by("-version").first()


class ConsentWording(models.Model):
    """What people agree to when they join a list, version by version in each language.

    Append-only: proofs point to the one shown.
    """

    contact_list = models.ForeignKey(ContactList, on_delete=models.PROTECT, related_name="wordings")
    language = models.CharField(max_length=10, default="en", db_default="en")
    version = models.PositiveIntegerField()
    text = models.TextField(_("what people agree to"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact_list", "language", "version"], name="wording_is_one_per_list_language_and_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_list}, {self.language}, version {self.version}"


class Subscription(models.Model):
    """A contact's state on a list."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        ACTIVE = "active", _("Active")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")

    class Source(models.TextChoices):
        """How somebody came to the list."""

        UNKNOWN = "", _("Not noted")
        PAGE = "page", _("Our page")
        EMBED = "embed", _("A form on another site")
        API = "api", _("The API")
        IMPORT = "import", _("A spreadsheet with proof")
        COLLEAGUE = "colleague", _("A colleague, with proof")

    class Ended(models.TextChoices):
        """Why a subscription ended."""

        NOT = "", _("It has not, or nobody noted why")
        LEFT = "left", _("Left")
        COLLEAGUE = "colleague", _("A colleague, as the person asked")
        COMPLAINED = "complained", _("Complained")
        BOUNCED = "bounced", _("The mailbox is gone")
        SILENT = "silent", _("Several issues in a row came back")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="subscriptions")
    contact_list = models.ForeignKey(ContactList, on_delete=models.CASCADE, related_name="subscriptions")
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    # The language this reader wants the list in; empty: the contact's own.
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    topics: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        "contacts.Topic", related_name="subscriptions", blank=True
    )
    # Nothing is sent before this day, at their own wish.
    paused_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=20, choices=Source, blank=True, default="", db_default="")
    ended_by = models.CharField(max_length=20, choices=Ended, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_by="") | Q(status="unsubscribed"), name="subscription_that_ended_is_unsubscribed"
            ),
            models.UniqueConstraint(fields=["contact", "contact_list"], name="subscription_is_a_unique_pair"),
            models.CheckConstraint(
                condition=Q(status="pending", confirmed_at__isnull=True, unsubscribed_at__isnull=True)
                | Q(status="active", confirmed_at__isnull=False, unsubscribed_at__isnull=True)
                | Q(status="unsubscribed", unsubscribed_at__isnull=False),
                name="subscription_status_agrees_with_its_timestamps",
            ),
        ]
        indexes = [
            models.Index(fields=["contact"], name="subscription_active", condition=Q(status="active")),
            # A list's page counts its people by status.
            models.Index(fields=["contact_list", "status"], name="subscription_of_list"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_list}: {self.get_status_display()}"


class FormerSubscription(models.Model):
    """A subscription that became part of another when two people were merged: links that name it lead to that one."""

    # The row's id and the moment it was made, which is what its links hold.
    number = models.PositiveBigIntegerField()
    made_at = models.DateTimeField()
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="formers")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "made_at"], name="former_subscription_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number} in {self.subscription_id}"


class ConsentRecord(models.Model):
    """Proof of consent (GDPR Article 7(1)): the wording shown, when and where. Append-only; holds no address."""

    class Action(models.TextChoices):
        ASKED = "asked", _("Asked")
        CONFIRMED = "confirmed", _("Confirmed")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        UNDONE = "undone", _("Came back")
        IMPORTED = "imported", _("Added with proof")

    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.SET_NULL, db_constraint=False, related_name="consents"
    )
    email_digest = models.CharField(max_length=64, db_index=True)
    contact_list = models.ForeignKey(ContactList, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=20, choices=Action)
    wording = models.TextField()
    # Which version of the list's wording it was; null for a button, whose own words stand above.
    wording_version = models.PositiveIntegerField(null=True, blank=True)
    # The language it was shown in; empty in older proofs and for a button.
    wording_language = models.CharField(max_length=10, blank=True, default="", db_default="")
    source = models.CharField(max_length=200)
    # The day of a consent that was given elsewhere, on paper or in another system.
    given_on = models.DateField(null=True, blank=True)
    # Of somebody who asked and confirmed later, the asking is written when they confirm, with its own time.
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d}"
