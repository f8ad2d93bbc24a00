"""Consented lists, a contact's state on them, and the proof of consent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models.organisations import Owned, OwnedQuerySet
from contacts.models.people import Contact


class ContactList(Owned):
    """A consented list, such as the newsletter."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    description = models.TextField(_("description"), blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """A contact's state on a list."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        ACTIVE = "active", _("Active")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="subscriptions")
    contact_list = models.ForeignKey(ContactList, on_delete=models.CASCADE, related_name="subscriptions")
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
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
        ]

    def __str__(self) -> str:
        return f"{self.contact_list}: {self.get_status_display()}"


class ConsentRecord(models.Model):
    """Proof of consent (GDPR Article 7(1)): the wording shown, when and where. Append-only; holds no address."""

    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.SET_NULL, db_constraint=False, related_name="consents"
    )
    email_digest = models.CharField(max_length=64, db_index=True)
    contact_list = models.ForeignKey(ContactList, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=20)
    wording = models.TextField()
    source = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d}"
