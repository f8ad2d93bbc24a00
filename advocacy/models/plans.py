"""Action plans: ordered asks to an addressee."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from advocacy.models.asks import Ask
from contacts.models import Owned, OwnedQuerySet


class ActionPlan(Owned):
    """Ordered asks to an addressee (governments, MEPs)."""

    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(_("summary"), max_length=400, blank=True)
    addressee = models.CharField(_("to"), max_length=200)
    language = models.CharField(max_length=10, default="en")
    is_sample = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True, blank=True)
    asks = models.ManyToManyField(Ask, through="Point")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Point(models.Model):
    """An ask's place in a plan."""

    plan = models.ForeignKey(ActionPlan, on_delete=models.CASCADE, related_name="points")
    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, related_name="points")
    number = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="point_number_is_unique_per_plan")]

    def __str__(self) -> str:
        return f"{self.number}. {self.ask}"
