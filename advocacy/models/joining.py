"""The reverse of a sign-on: a call that another organisation leads, and whether we join it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation, Owned, OwnedQuerySet


class JoinedCallQuerySet(OwnedQuerySet):
    """Calls of others."""

    def published(self) -> Any:
        """Those the public may read, the newest first."""
        return self.filter(published_at__isnull=False).order_by("-published_at", "-id")


class JoinedCall(Owned):
    """A text that another organisation asks us to sign. Who asked for the decision never takes it."""

    class Decision(models.TextChoices):
        OPEN = "open", _("Not decided")
        JOINED = "joined", _("We joined")
        DECLINED = "declined", _("We did not join")

    reference = models.CharField(_("reference"), max_length=40, unique=True)
    slug = models.SlugField(_("address of the page"), max_length=120, unique=True)
    lead = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("led by"))
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("written in"), max_length=10, default="en")
    summary = models.CharField(_("what it asks"), max_length=400, blank=True)
    link = models.URLField(_("link to the text"), max_length=500, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    file = models.BinaryField(null=True, blank=True, help_text="The text as a PDF.")
    file_digest = models.CharField(max_length=64, blank=True)
    received_on = models.DateField(_("received on"))
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    # What was decided upon: the digest of title, link and file (advocacy.joining.digest_of_call).
    decided_digest = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = JoinedCallQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("call of another organisation")
        verbose_name_plural = _("calls of other organisations")
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="open", decided_by__isnull=True, decided_at__isnull=True)
                | Q(decision__in=["joined", "declined"], decided_by__isnull=False, decided_at__isnull=False),
                name="joined_call_decision_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="joined_call_is_decided_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(decision="open") | ~Q(reason=""), name="joined_call_decision_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(decision="joined"), name="joined_call_is_public_once_joined"
            ),
            models.CheckConstraint(
                condition=~Q(link="") | Q(file__isnull=False), name="joined_call_has_its_text_as_link_or_file"
            ),
        ]

    def __str__(self) -> str:
        return self.reference
