"""Sign-on: organisations that are asked to put their names to one frozen text, and what they answered."""

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advocacy.models.statements import Statement
from contacts.models import Organisation


class SignOn(models.Model):
    """The call to sign one statement: until when, who leads, in which order names are printed."""

    class Order(models.TextChoices):
        NAME = "name", _("Lead first, then by name")
        COUNTRY = "country", _("Lead first, then by country and name")

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="sign_on")
    lead = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("lead"))
    deadline = models.DateTimeField(_("deadline"))
    note = models.TextField(_("note to those who are asked"), max_length=1000, blank=True)
    order = models.CharField(_("order of names"), max_length=10, choices=Order, default=Order.NAME)
    # Days between two mails to somebody who has not answered; 0: only a person reminds.
    remind_days = models.PositiveSmallIntegerField(_("days between reminders"), default=7)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("sign-on")
        verbose_name_plural = _("sign-ons")
        constraints = [
            models.CheckConstraint(condition=Q(order__in=["name", "country"]), name="sign_on_order_is_known"),
        ]

    def __str__(self) -> str:
        return f"sign-on of {self.statement}"

    @property
    def is_over(self) -> bool:
        """Whether the list is closed: by a colleague, or because the deadline has passed."""
        return self.closed_at is not None or self.deadline <= timezone.now()


class SignatoryQuerySet(models.QuerySet["Signatory"]):
    """Organisations that were asked."""

    def with_answers(self) -> Self:
        """With their organisations and their answers, the latest first; two queries for all."""
        answers = Signature.objects.order_by("-id").select_related("reply")
        return self.select_related("organisation").prefetch_related(Prefetch("signatures", queryset=answers))


class Signatory(models.Model):
    """One organisation that is asked to sign one statement, and who answers for it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="signatories")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="signatories")
    signer = models.CharField(_("name of the signer"), max_length=120)
    role = models.CharField(_("function"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=10, default="en")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    # When we last wrote: the invitation or a reminder. Claimed by a conditional UPDATE, so that nobody is mailed twice.
    reminded_at = models.DateTimeField(null=True, blank=True)
    # Of the words that mail was about.
    asked_digest = models.CharField(max_length=64, blank=True)
    # Part of what the link's signature covers: another number makes every earlier link void.
    link_serial = models.PositiveIntegerField(default=1)
    link_expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    late_allowed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    late_allowed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = SignatoryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("signatory")
        verbose_name_plural = _("signatories")
        constraints = [
            models.UniqueConstraint(fields=["statement", "organisation"], name="signatory_is_a_unique_pair"),
            models.CheckConstraint(
                condition=Q(late_allowed_by__isnull=True, late_allowed_at__isnull=True)
                | Q(late_allowed_by__isnull=False, late_allowed_at__isnull=False),
                name="signatory_late_is_allowed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} asked to sign {self.statement}"

    @property
    def latest(self) -> "Signature | None":
        """The latest answer, on whatever text; no query after `with_answers()`."""
        answers: Iterable[Signature] = self.signatures.all()
        return max(answers, key=lambda answer: answer.pk, default=None)


class Signature(models.Model):
    """One answer to one text. Append-only: a change of mind is another row, and the latest counts."""

    class Answer(models.TextChoices):
        SIGNED = "signed", _("Signed")
        DECLINED = "declined", _("Declined")
        ASKS_CHANGE = "asks_change", _("Asks for a change")

    signatory = models.ForeignKey(Signatory, on_delete=models.PROTECT, related_name="signatures")
    # Of all language versions, as the page showed them (Statement.digest).
    digest = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=0, help_text="Number of the StatementVersion that holds these words.")
    answer = models.CharField(max_length=20, choices=Answer)
    comment = models.TextField(max_length=2000, blank=True)
    by_name = models.CharField(max_length=120)
    by_role = models.CharField(max_length=120, blank=True)
    # As the signer wished it printed.
    printed_name = models.CharField(max_length=200, blank=True)
    printed_country = models.CharField(max_length=2, blank=True)
    printed_register_id = models.CharField(max_length=20, blank=True)
    prints_signer = models.BooleanField(default=False)
    is_late = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__in=["signed", "declined", "asks_change"]), name="signature_answer_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(answer="signed") | (~Q(printed_name="") & ~Q(by_name="")),
                name="signature_says_who_signed_and_how_it_is_printed",
            ),
            models.CheckConstraint(
                condition=~Q(answer="asks_change") | ~Q(comment=""), name="signature_says_what_should_change"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_answer_display()} #{self.pk}"


class SignatureReply(models.Model):
    """What the secretariat answered to a wish for a change. One for each wish, and it stays."""

    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="reply")
    text = models.TextField(max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("answer to a wish for a change")
        verbose_name_plural = _("answers to wishes for a change")

    def __str__(self) -> str:
        return f"reply to signature #{self.signature_id}"
