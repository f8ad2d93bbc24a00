"""Campaigns: an aim, its dates, who leads it, who stands beside us, and the bodies it wants to move."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from contacts.models import Body, Organisation, Owned, OwnedQuerySet
from contacts.names import sort_key


class CampaignQuerySet(OwnedQuerySet):
    """Campaigns, with what lists need of them."""

    def public(self) -> Self:
        """What the world may read."""
        return self.filter(published_at__isnull=False)

    def with_title(self, language: str = "") -> Self:
        """Adds `title` and `aim`: in `language` where that text exists, else as it was written."""
        texts = CampaignText.objects.filter(campaign=OuterRef("pk"))
        own = texts.filter(language=OuterRef("source_language"))
        wanted = texts.filter(language=language or OuterRef("source_language"))
        return self.annotate(
            title=Coalesce(Subquery(wanted.values("title")[:1]), Subquery(own.values("title")[:1])),
            aim=Coalesce(Subquery(wanted.values("aim")[:1]), Subquery(own.values("aim")[:1])),
        )

    def matching(self, words: str) -> Self:
        """Those whose topic or a title holds all the words, accents and case aside; compared in Python."""
        wanted = sort_key(words).split()
        texts: dict[int, str] = {}
        for pk, topic, title in self.order_by().values_list("pk", "topic", "texts__title"):
            texts[pk] = f"{texts.get(pk, '')} {sort_key(topic)} {sort_key(title or '')}"
        return self.filter(pk__in=[pk for pk, text in texts.items() if all(word in text for word in wanted)])


class Campaign(Owned):
    """An advocacy campaign. Never an e-mail run. Public from `published_at` on; empty means for colleagues only."""

    slug = models.SlugField(_("address of the page"), max_length=120, unique=True)
    topic = models.CharField(_("topic"), max_length=100, blank=True)
    source_language = models.CharField(_("written in"), max_length=10, default="en")
    starts_on = models.DateField(_("begins on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    lead = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    partners: "models.ManyToManyField[Organisation, Any]" = models.ManyToManyField(
        Organisation, related_name="campaigns", blank=True
    )
    target_bodies: "models.ManyToManyField[Body, Any]" = models.ManyToManyField(
        Body, related_name="campaigns", blank=True
    )
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    is_sample = models.BooleanField(default=False, help_text=_("Made up for the demo; the page says so."))
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="campaign_dates_are_ordered"
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def text_in(self, language: str) -> "CampaignText | None":
        """The text in this language, else as it was written, else any; reads the (prefetched) texts."""
        texts = {text.language: text for text in self.texts.all()}
        return texts.get(language) or texts.get(self.source_language) or next(iter(texts.values()), None)


class CampaignText(models.Model):
    """What a campaign is called and wants, in one language. Plain text; an empty line begins a paragraph."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    title = models.CharField(_("title"), max_length=200)
    aim = models.CharField(_("aim"), max_length=400, blank=True)
    about = models.TextField(_("what it is about"), max_length=10_000, blank=True)

    class Meta:
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "language"], name="campaign_has_one_text_per_language")
        ]

    def __str__(self) -> str:
        return self.title


class CalendarDay(models.Model):
    """A day of the field that comes back every year, such as 18 October."""

    slug = models.SlugField(max_length=80, unique=True)
    month = models.PositiveSmallIntegerField(_("month"))
    day = models.PositiveSmallIntegerField(_("day"))
    name = models.CharField(_("name"), max_length=200)
    # Language code → name, where it is called otherwise.
    names = models.JSONField(default=dict, blank=True)
    source_url = models.URLField(_("where that stands"), blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    remind_days = models.PositiveSmallIntegerField(_("days before it that the desk speaks of it"), default=30)
    is_public = models.BooleanField(_("in the public calendar"), default=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["month", "day", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12, day__gte=1, day__lte=31), name="calendar_day_is_a_day"
            ),
            models.CheckConstraint(condition=Q(remind_days__lte=365), name="calendar_day_is_told_within_a_year"),
        ]

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        """What it is called in a language; the first name where nobody wrote another."""
        return str(self.names.get(language) or self.name)
