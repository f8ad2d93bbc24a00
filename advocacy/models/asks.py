"""Asks: one demand each, reused in statements, letters and plans."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from advocacy.models.statements import Statement
from contacts.models.organisations import colleagues_see
from contacts.names import sort_key


class AskQuerySet(models.QuerySet["Ask"]):
    """Sets of asks."""

    def visible_to(self, user: Any) -> Self:
        """The platform's library: all for its colleagues, none for a stranger."""
        return colleagues_see(self, user)

    def matching(self, words: str) -> Self:
        """Those whose slug, instrument, file or a title holds all the words, accents and case aside (in Python)."""
        wanted = sort_key(words).split()
        found: dict[int, str] = {}
        rows = self.order_by().values_list("pk", "slug", "instrument", "dossier", "texts__title")
        for pk, *parts in rows:
            found[pk] = f"{found.get(pk, '')} {sort_key(' '.join(part or '' for part in parts))}"
        return self.filter(pk__in=[pk for pk, text in found.items() if all(word in text for word in wanted)])


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
    legal_basis = models.CharField(max_length=300, blank=True, default="")
    is_placeholder = models.BooleanField(default=False, help_text=_("The real wording is not known yet."))
    # Raised by every save, of the facts or of a text; a page sends back the number it read.
    edition = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    objects = AskQuerySet.as_manager()

    def __str__(self) -> str:
        return self.slug


class AskText(models.Model):
    """The wording of an ask in one language."""

    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    # What a column or a row of dots is headed with, such as "Free legal aid".
    short = models.CharField(max_length=40, blank=True, default="")
    explanation = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ask", "language"], name="ask_has_one_text_per_language")]

    def __str__(self) -> str:
        return self.title


class StatementAsk(models.Model):
    """A statement refers to an ask: an officer said so, or put its wording into the text."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="ask_places")
    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, related_name="statement_places")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["statement", "ask"], name="statement_refers_to_an_ask_once")]

    def __str__(self) -> str:
        return f"{self.statement} refers to {self.ask}"
