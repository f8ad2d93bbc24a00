"""Sender identities."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Owned, OwnedQuerySet
from transport.message import ascii_address


class Sender(Owned):
    """Who a mailing comes from. Its domain is that of every Message-ID."""

    name = models.CharField(_("name"), max_length=200)
    from_email = models.EmailField(_("from"), unique=True)
    reply_to = models.EmailField(_("answers go to"), blank=True)
    person = models.CharField(_("signed by"), max_length=200, blank=True)
    person_role = models.CharField(_("role of who signs"), max_length=200, blank=True)
    place = models.CharField(_("place"), max_length=100, blank=True, help_text=_("Stands before the date."))
    is_default = models.BooleanField(default=False)
    pace_per_minute = models.PositiveIntegerField(
        _("pace"), null=True, blank=True, help_text=_("Messages a minute at most, over all its mailings.")
    )
    bounce_domain = models.CharField(
        _("domain for returned mail"),
        max_length=190,
        blank=True,
        help_text=_("Returned mail comes to an address of its own here for each message; empty: to the sender."),
    )
    dkim_selector = models.CharField(
        _("DKIM selector"),
        max_length=100,
        blank=True,
        help_text=_("The name under which the mail server’s or provider’s key stands in the DNS, such as news2026."),
    )
    # What the DNS said of its domain the last time (mailing.domain_health); empty: never asked.
    domain_health = models.JSONField(default=dict, blank=True)
    domain_checked_at = models.DateTimeField(null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="there_is_one_default_sender"
            ),
            models.CheckConstraint(
                condition=models.Q(pace_per_minute__isnull=True) | models.Q(pace_per_minute__gt=0),
                name="pace_of_a_sender_is_above_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.from_email}>"

    @property
    def domain(self) -> str:
        """The part after the @-sign as it travels: an IDNA A-label where it is not ASCII."""
        return ascii_address(self.from_email).rpartition("@")[2]
