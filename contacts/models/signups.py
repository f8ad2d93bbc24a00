"""People who asked for a list and have not confirmed yet, and how often somebody may ask."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from contacts.models.lists import ConsentWording, ContactList, Subscription


class SignUp(models.Model):
    """An address that asked for a list: no contact yet, and gone in a few days unless its owner confirms.

    One row an address and list, however often somebody asks. The address goes when it is confirmed: then it is the
    contact's.
    """

    contact_list = models.ForeignKey(ContactList, on_delete=models.CASCADE, related_name="sign_ups")
    email = models.EmailField(max_length=254, blank=True)
    email_digest = models.CharField(max_length=64, db_index=True)
    language = models.CharField(max_length=10)
    # Ids of the topics that were chosen on the form.
    topics = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=20, choices=Subscription.Source, blank=True, default="")
    # What the form said they agree to; null where the list has no wording.
    shown = models.ForeignKey(ConsentWording, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact_list", "email_digest"], name="sign_up_is_one_per_list_and_address"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(email=""), name="confirmed_sign_up_holds_no_address"
            ),
        ]
        # The nightly purge reads by age alone.
        indexes = [models.Index(fields=["asked_at"], name="sign_up_by_age")]

    def __str__(self) -> str:
        return f"{self.contact_list}, {self.asked_at:%Y-%m-%d}"


class Turn(models.Model):
    """How often an address, a client or everybody together asked for mail since a moment: one row each, counted up.

    Rows, not a cache: a broker that was emptied or stopped neither lifts a limit nor closes a page.
    """

    class Kind(models.TextChoices):
        ADDRESS = "address"
        CLIENT = "client"
        ALL = "all"
        LINK = "link"

    kind = models.CharField(max_length=20, choices=Kind)
    # A keyed hash of the address or of the client's; empty for everybody.
    digest = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField()
    number = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "digest"], name="turn_is_one_per_kind_and_digest"),
            models.CheckConstraint(
                condition=Q(kind__in=["address", "client", "all", "link"]), name="turn_kind_is_known"
            ),
        ]
        indexes = [models.Index(fields=["since"], name="turn_by_age")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.number} since {self.since:%Y-%m-%d %H:%M}"
