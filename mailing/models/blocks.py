"""What an issue of a newsletter is put together from: blocks in an order, with their words language by language."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from advocacy.models import ActionPlan, Statement
from contacts.models import Topic
from mailing.models.mailings import Mailing


class Block(models.Model):
    """One block of an issue. With a topic it is read by those alone who chose it."""

    class Kind(models.TextChoices):
        LEAD = "lead", _("Lead")
        ITEM = "item", _("Statement or plan")
        TEXT = "text", _("Text")
        BUTTON = "button", _("Button")
        FIGURES = "figures", _("Figures as bars")
        DATES = "dates", _("Dates")
        MEMBERS = "members", _("News from members")

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="blocks")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # What an item leads to; figures may come from a plan's scoreboard.
    statement = models.ForeignKey(Statement, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(ActionPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # What the statement or plan said when its words were taken over.
    source_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="item")
                | Q(statement__isnull=False, plan__isnull=True)
                | Q(statement__isnull=True, plan__isnull=False),
                name="item_of_an_issue_has_one_source",
            ),
            models.CheckConstraint(
                condition=Q(statement__isnull=True) | Q(kind="item"), name="only_an_item_leads_to_a_statement"
            ),
            models.CheckConstraint(
                condition=Q(plan__isnull=True) | Q(kind__in=["item", "figures"]),
                name="only_items_and_figures_come_from_a_plan",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.position} of {self.mailing_id}"


class BlockText(models.Model):
    """The words of a block in one language.

    `rows` holds what figures, dates and members' news list, each language all of its own:
    figures {"label", "value", "of"}; dates {"day" (ISO), "text"}; members {"title", "url", "text"}.
    """

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    heading = models.CharField(_("heading"), max_length=200, blank=True)
    # Clean HTML; no merge fields.
    body = models.TextField(_("text"), blank=True)
    # The words of a button or link, and where it leads; an item's and a plan's link is worked out.
    label = models.CharField(_("words of the link"), max_length=100, blank=True)
    url = models.CharField(_("address"), max_length=500, blank=True)
    rows = models.JSONField(default=list, blank=True)
    edition = models.PositiveIntegerField(default=1)
    # As advocacy.models.StatementText.saved_from.
    saved_from = models.CharField(max_length=32, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["block", "language"], name="block_has_one_text_per_language"),
        ]

    def __str__(self) -> str:
        return f"{self.block_id} {self.language}"
