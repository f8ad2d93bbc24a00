"""What a letter says differently to different readers, and which asks it makes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from advocacy.models import ActionPlan, Ask
from contacts.models import Segment
from mailing.models.mailings import Mailing


class Passage(models.Model):
    """One alternative for one place of a letter, and who reads it.

    A place is `{{ passage_1 }}` in the texts. Of its alternatives the first one that fits a reader, and has a text in
    the language the reader gets, is theirs; the one without a condition is everybody else's. Without any that fits
    nothing stands there. Who reads which is settled at the freeze (mailing.alternatives).
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="passages")
    place = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    segment = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Criteria of this passage alone, in the vocabulary of contacts/criteria.py.
    criteria = models.JSONField(null=True, blank=True)
    # Readers of one country; with `plan` the text was written out from that plan's scoreboard.
    country = models.CharField(_("country"), max_length=2, blank=True)
    plan = models.ForeignKey(ActionPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # What the scoreboard said when the text was written out from it (mailing.country_lines).
    plan_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["place", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(segment__isnull=True, criteria__isnull=True)
                | Q(segment__isnull=True, country="")
                | Q(criteria__isnull=True, country=""),
                name="passage_has_at_most_one_condition",
            ),
            models.CheckConstraint(
                condition=Q(plan__isnull=True) | ~Q(country=""), name="passage_of_a_plan_is_for_a_country"
            ),
            models.CheckConstraint(condition=Q(place__gte=1, place__lte=9), name="passage_place_is_from_1_to_9"),
            models.UniqueConstraint(
                fields=["mailing", "place"],
                condition=Q(segment__isnull=True, criteria__isnull=True, country=""),
                name="passage_for_everybody_else_is_one_a_place",
            ),
        ]

    def __str__(self) -> str:
        return f"passage {self.place}.{self.position} of {self.mailing_id}"

    @property
    def is_for_the_rest(self) -> bool:
        """Whether it has no condition: whoever reads none of the others reads this."""
        return self.segment_id is None and self.criteria is None and not self.country


class PassageText(models.Model):
    """The wording of a passage in one language; merge fields stand as `{{ field }}` in text."""

    passage = models.ForeignKey(Passage, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    body = models.TextField(_("passage"))
    edition = models.PositiveIntegerField(default=1)
    saved_from = models.CharField(max_length=32, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["passage", "language"], name="passage_has_one_text_per_language"),
        ]

    def __str__(self) -> str:
        return f"{self.passage_id} {self.language}"


class MailingAsk(models.Model):
    """A letter makes an ask: it was begun from it, or an officer put its wording into the text."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="ask_places")
    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, related_name="mailing_places")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["mailing", "ask"], name="mailing_makes_an_ask_once")]

    def __str__(self) -> str:
        return f"{self.mailing_id} makes {self.ask_id}"
