"""Asks: one demand each, reused in statements, letters and plans."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Ask(models.Model):
    """One demand, its level and the instrument or file it is tied to."""

    class Level(models.TextChoices):
        EU = "eu", _("European Union")
        NATIONAL = "national", _("National governments")
        COUNCIL_OF_EUROPE = "coe", _("Council of Europe")

    slug = models.SlugField(max_length=120, unique=True)
    level = models.CharField(max_length=20, choices=Level, default=Level.NATIONAL)
    instrument = models.CharField(max_length=200, blank=True)
    dossier = models.CharField(max_length=60, blank=True)
    is_placeholder = models.BooleanField(default=False, help_text=_("The real wording is not known yet."))

    def __str__(self) -> str:
        return self.slug


class AskText(models.Model):
    """The wording of an ask in one language."""

    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    explanation = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ask", "language"], name="ask_has_one_text_per_language")]

    def __str__(self) -> str:
        return self.title
