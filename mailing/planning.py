"""The form of step 5 with what lies around it: one recipient first, and the Parliament's weeks."""

from copy import copy
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.languages import country_name, language_name
from mailing import parliament
from mailing.models import Delivery, Mailing
from mailing.scheduling import SendForm

# A select box with more people than this helps nobody.
MOST_CHOICES = 200


class PlanForm(SendForm):
    """When a letter leaves, whether one person gets it first, and whether it is meant to leave in a recess."""

    first = forms.ChoiceField(
        label=gettext_lazy("To one recipient first"),
        required=False,
        widget=forms.Select({"class": "input"}),
        help_text=gettext_lazy(
            "One real letter leaves; the rest waits until you resume it. The person counts as written to."
        ),
    )
    in_recess = forms.BooleanField(label=gettext_lazy("Let it leave in the recess all the same"), required=False)

    def __init__(self, *args: Any, mailing: Mailing, **kwargs: Any) -> None:
        super().__init__(*args, mailing=mailing, **kwargs)
        self.weeks = parliament.ahead(timezone.localdate())
        self.recipients = _recipients(mailing) if mailing.kind == Mailing.Kind.LETTER else []
        people = [(str(row.public_id), _named(row)) for row in self.recipients]
        choices = [("", _("No: to everybody as planned")), *people]
        self.fields["first"].choices = choices  # type: ignore[attr-defined]
        if len(people) < 2:
            del self.fields["first"]
        is_near = any(week.kind == parliament.Kind.RECESS for week in self.weeks)
        if not is_near and not self.data.get("in_recess"):
            del self.fields["in_recess"]

    @property
    def recess(self) -> parliament.Recess | None:
        """The next recess that is known."""
        return parliament.next_recess(self.weeks)

    def clean(self) -> dict[str, Any]:
        """Nothing leaves in a recess unless that is meant."""
        data = super().clean()
        if self.errors or data.get("in_recess"):
            return data
        moment = self.at() or timezone.now() + timedelta(seconds=settings.SEND_HOLD_SECONDS)
        day = timezone.localtime(moment).date()
        if parliament.is_recess(day):
            recess = self.recess
            told = parliament.recess_sentence(recess) if recess and recess.first <= day <= recess.last else ""
            sentence = _(
                "The first letter would leave in a recess of the Parliament. Choose another day, or tick this."
            )
            if "in_recess" not in self.fields:
                # Further ahead than the page looks: the box was not on it.
                self.fields["in_recess"] = copy(self.base_fields["in_recess"])
            self.add_error("in_recess", f"{sentence} {told}".strip())
        return data

    def first_delivery(self) -> Delivery | None:
        """Whose letter leaves first; None for nobody's."""
        chosen = self.cleaned_data.get("first")
        return next((row for row in self.recipients if str(row.public_id) == chosen), None)


def _recipients(mailing: Mailing) -> list[Delivery]:
    """Who gets a letter, as far as a select box goes."""
    rows = Delivery.objects.filter(mailing=mailing, status=Delivery.Status.QUEUED).order_by("pk")
    return list(rows.only("public_id", "language", "context", "mailing_id")[:MOST_CHOICES])


def _named(row: Delivery) -> str:
    name, country = row.context.get("name") or "", country_name(row.context.get("country") or "")
    return ", ".join(part for part in (name, country) if part) + f" ({language_name(row.language)})"


def languages_sentence(given: dict[str, int]) -> str:
    """ "French 40, English 27, German 12": languages with the number of their letters, most first."""
    ordered = sorted(given.items(), key=lambda row: (-row[1], row[0]))
    named = [f"{language_name(code)} {count}" for code, count in ordered[:6]]
    more = len(ordered) - len(named)
    return ", ".join(named) + (_(" and %(n)d more languages") % {"n": more} if more else "")
