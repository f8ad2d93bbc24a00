"""What the public reads of an issue: its web versions, what was corrected in them, and links that are counted."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing.models.mailings import Mailing


class WebVersion(models.Model):
    """An issue in one language as its public page shows it: frozen when sending starts, changed by corrections alone.

    Holds nothing personal: no token, no name, no day of a subscription.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="web_versions")
    language = models.CharField(max_length=10)
    subject = models.CharField(_("title"), max_length=200)
    preheader = models.CharField(_("what is in it, in one line"), max_length=200, blank=True)
    # Clean HTML with classes of static/css/public.css.
    html = models.TextField(_("text"))
    at = models.DateTimeField(default=timezone.now)
    # Raised by each correction: whoever corrects says which they read.
    edition = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "language"], name="issue_has_one_web_version_per_language"),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id} {self.language}"


class Correction(models.Model):
    """One correction of a web version, with the note that stands below it. Append-only."""

    web_version = models.ForeignKey(WebVersion, on_delete=models.PROTECT, related_name="corrections")
    note = models.CharField(max_length=300)
    before_digest = models.CharField(max_length=64)
    after_digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(note=""), name="correction_says_what_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.web_version_id} {self.at:%Y-%m-%d}"


class Withdrawal(models.Model):
    """An issue that was taken out of the public archive, and put back or not."""

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="withdrawals")
    note = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    put_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    put_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mailing"], condition=Q(put_back_at__isnull=True), name="issue_is_withdrawn_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id} {self.at:%Y-%m-%d}"


class CountedLink(models.Model):
    """A link of an issue that counts how often it is followed: one short address for every reader."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="counted_links")
    short = models.CharField(max_length=12, unique=True)
    url = models.CharField(max_length=2000)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "url"], name="link_of_an_issue_is_counted_once"),
        ]

    def __str__(self) -> str:
        return self.short


class LinkDay(models.Model):
    """How often a link was followed on one day. Nothing finer, and nobody, is kept."""

    link = models.ForeignKey(CountedLink, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["link", "day"], name="link_has_one_count_per_day"),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.day}"
