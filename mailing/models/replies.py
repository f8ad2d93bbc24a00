"""Answers that came in, how colleagues sorted them, and what they wrote back."""

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from advocacy.models import Position
from contacts.models import Affiliation, Contact
from mailing.models.deliveries import Delivery
from mailing.models.incoming import IncomingMail
from mailing.models.mailings import Mailing
from mailing.models.senders import Sender


def _number_of(rows: "models.QuerySet[Any]") -> Subquery:
    """How many rows there are, as a subquery; NULL where there are none."""
    counted = rows.order_by().annotate(all=Value(1)).values("all").annotate(number=Count("pk")).values("number")
    return Subquery(counted, output_field=IntegerField())


class ReplyQuerySet(models.QuerySet["Reply"]):
    """Sets of replies."""

    def visible_to(self, user: Any) -> Self:
        """Answers to letters one may see; those that belong to no letter are the platform's own people's."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role == "administrator":
            return self
        return self._seen_by(user.pk)

    def _seen_by(self, user: Any) -> Self:
        mine = Affiliation.objects.filter(user=user)
        of_letters = Q(Exists(mine.filter(organisation=OuterRef("mailing__owner"))))
        of_none = Q(Exists(mine.filter(organisation__is_platform=True)), mailing__isnull=True)
        return self.filter(of_letters | of_none)

    def to_sort(self) -> Self:
        """Answers of people that nobody sorted yet; what a machine wrote is none, nor what was emptied."""
        emptied = Q(from_email="", from_name="", text="", subject="")
        return self.filter(sort="", is_auto=False).exclude(emptied)

    def waiting_for_users(self) -> models.expressions.Combinable:
        """How many are to be sorted, as a column of users: each counts what they may see."""
        whose = [
            models.When(role="administrator", then=self.to_sort()._number()),
            models.When(is_active=True, then=self.to_sort()._seen_by(OuterRef(OuterRef("pk")))._number()),
        ]
        return models.Case(*whose, default=Value(0), output_field=IntegerField())

    def on_lists_of_users(self) -> models.expressions.Combinable:
        """How many a colleague takes care of and nobody has answered, as a column of users."""
        mine = self.filter(assigned_to=OuterRef("pk"), answers__isnull=True)
        return Coalesce(mine._number(), 0)

    def _number(self) -> Subquery:
        return _number_of(self)

    def erase(self) -> int:
        """Take out everything personal, here, in what we wrote back and in the messages it was read from."""
        mails = IncomingMail.objects.filter(pk__in=self.values_list("mail_id", flat=True))
        mails.empty()
        Answer.objects.filter(reply__in=self.values("pk")).erase()
        return self.update(subject="", text="", from_email="", from_name="", contact=None, files=0)


class Reply(models.Model):
    """An answer that came in, by a person or by a machine (`is_auto`: it counts for nothing); one for each mail."""

    class MatchedBy(models.TextChoices):
        ADDRESS = "address", _("the address of its letter")
        REFERENCE = "reference", _("the number of the message it answers")
        SENDER = "sender", _("who wrote it")
        PERSON = "person", _("a colleague")

    class Sort(models.TextChoices):
        SUPPORTS = "supports", _("Supports")
        OPPOSES = "opposes", _("Opposes")
        MEETING = "meeting", _("Wants a meeting")
        QUESTION = "question", _("Asks a question")
        OUT_OF_OFFICE = "out_of_office", _("Out of office")
        OTHER = "other", _("Something else")
        NOT_OURS = "not_ours", _("Answers no letter of ours")

    mail = models.OneToOneField(IncomingMail, on_delete=models.PROTECT, related_name="reply")
    delivery = models.ForeignKey(Delivery, null=True, blank=True, on_delete=models.SET_NULL, related_name="replies")
    mailing = models.ForeignKey(Mailing, null=True, blank=True, on_delete=models.PROTECT, related_name="replies")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="replies")
    from_name = models.CharField(max_length=200, blank=True)
    from_email = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    # Empty: nobody knows which letter it answers.
    matched_by = models.CharField(max_length=10, choices=MatchedBy, blank=True)
    is_auto = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    # How many files came with it; they stay in the message (mailing.enclosed).
    files = models.PositiveSmallIntegerField(default=0, db_default=0)
    sort = models.CharField(max_length=15, choices=Sort, blank=True, default="", db_default="")
    sorted_at = models.DateTimeField(null=True, blank=True)
    sorted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # The colleague who takes care of it.
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # The position that the sorting wrote down, so that undoing takes that one back.
    position = models.ForeignKey(Position, null=True, on_delete=models.SET_NULL, related_name="+")

    objects: ClassVar[ReplyQuerySet] = ReplyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sort="", sorted_at__isnull=True) | (~Q(sort="") & Q(sorted_at__isnull=False)),
                name="reply_is_sorted_exactly_when_it_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["mailing", "is_auto"], name="reply_of_mailing"),
            models.Index(fields=["received_at"], name="reply_to_sort", condition=Q(sort="", is_auto=False)),
        ]

    def __str__(self) -> str:
        return f"reply {self.pk}"


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Sets of answers of ours."""

    def in_doubt(self) -> Self:
        """Those that need a person: nobody knows, or not sent and nobody has looked. Not while a worker is at it."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=Now())
        stands = Q(status="uncertain") | Q(status="failed") & ~Q(error="")
        return self.filter(free, stands).exclude(to_email="")

    def in_doubt_for_users(self) -> models.expressions.Combinable:
        """How many of each user's own are in doubt, as a column of users."""
        return Coalesce(_number_of(self.in_doubt().filter(author=OuterRef("pk"))), 0)

    def erase(self) -> int:
        """Take out everything personal and keep the rows; what waited is not sent any more. Gives how many."""
        waiting = self.filter(status=Answer.Status.QUEUED)
        waiting.update(status=Answer.Status.FAILED, error="The person was erased before it left.")
        return self.update(to_email="", to_name="", subject="", text="", in_reply_to="", references="", contact=None)


class Answer(models.Model):
    """What a colleague wrote back to one person: the row is its queue and its ledger (mailing.answering)."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENT = "sent", _("Accepted")
        FAILED = "failed", _("Not sent")
        UNCERTAIN = "uncertain", _("Not known")

    # Made with the form, so that a form that is sent twice is one answer; also the left part of its Message-ID.
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="answers")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="answers")
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    to_email = models.CharField(max_length=254, blank=True)
    to_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    # Message-IDs with their brackets.
    in_reply_to = models.CharField(max_length=500, blank=True)
    references = models.CharField(max_length=2000, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # A worker has it until then; the moment is the claim's name.
    claimed_until = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    # Why it was not sent: a server's words, without addresses; emptied when a person leaves it at that.
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    objects: ClassVar[AnswerQuerySet] = AnswerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False) | (~Q(status="sent") & Q(sent_at__isnull=True)),
                name="answer_is_sent_exactly_when_it_has_a_sent_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "sent", "failed", "uncertain"]), name="answer_status_is_known"
            ),
        ]
        indexes = [models.Index(fields=["id"], name="answer_waiting", condition=Q(status="queued"))]

    def __str__(self) -> str:
        return f"answer {self.pk}"
