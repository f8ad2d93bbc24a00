"""Who may call the API, how often they did, and what a call made that may be repeated."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a token may do: a closed vocabulary. Each needs a permission of its owner (desk/api/scopes.py)."""

    CONTACTS_READ = "contacts:read", _("Read people")
    CONTACTS_WRITE = "contacts:write", _("Add and change people")
    SUBSCRIPTIONS_READ = "subscriptions:read", _("Read subscriptions")
    SUBSCRIPTIONS_WRITE = "subscriptions:write", _("Add subscriptions with proof, end them")
    MAILINGS_READ = "mailings:read", _("Read the figures of letters and issues")


class ApiToken(models.Model):
    """A key of the API. The key itself was shown once; only its digest is here."""

    name = models.CharField(_("name"), max_length=100)
    # The first signs of the key, by which people tell keys apart and the row is found.
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens")
    created_at = models.DateTimeField(default=timezone.now)
    last_used_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(_("last day"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(digest="") & ~Q(prefix=""), name="api_token_has_a_digest"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """ "active", "revoked", "expired" or "closed" (its owner's account is)."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_on is not None and self.expires_on < timezone.localdate():
            return "expired"
        return "active" if self.owner.is_active else "closed"


class ApiCount(models.Model):
    """How often somebody called within one window of time. Rows, so that all workers count together."""

    # "token:5", or "ip:" and a keyed digest: no address of a visitor is kept.
    key = models.CharField(max_length=80)
    window = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "window"], name="api_count_is_one_per_key_and_window"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.window:%H:%M}"


class ApiMade(models.Model):
    """What a call with an Idempotency-Key made, so that the same call again gives the same row. No data of a person."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key_digest = models.CharField(max_length=64)
    # Of the method, the address and the body: another call under the same key is refused.
    request_digest = models.CharField(max_length=64)
    made = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key_digest"], name="api_call_is_made_once_per_key"),
        ]

    def __str__(self) -> str:
        return self.made
