"""Forms of figures, days of the calendar and positions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from advocacy.days import is_a_date
from advocacy.forms.campaigns import day_input
from advocacy.forms.events import CampaignChoice
from advocacy.languages import is_language
from advocacy.models import CalendarDay, Campaign, Evidence, Position
from advocacy.slugs import free_slug

MONTHS = [
    *((1, _("January")), (2, _("February")), (3, _("March")), (4, _("April")), (5, _("May")), (6, _("June"))),
    *((7, _("July")), (8, _("August")), (9, _("September")), (10, _("October")), (11, _("November"))),
    (12, _("December")),
]


def not_to_come(day: Any) -> Any:
    """The day, unless it is still to come."""
    if day and day > timezone.localdate():
        raise ValidationError(_("This day is still to come. Give the day on which it was so."))
    return day


class EvidenceForm(forms.ModelForm):
    """One figure with its source."""

    class Meta:
        model = Evidence
        fields = ["claim", "figure", "unit", "period", "source", "url", "checked_on", "language_notes"]
        help_texts = {
            "claim": _("Such as: victims of trafficking registered in the Union."),
            "figure": _("As it is to be written, such as 10,793 or 62 %."),
            "unit": _("Such as people, euros, of all cases."),
            "period": _("For when it holds, such as 2023 or 2021–2022."),
            "source": _("Who published it, its title and date."),
            "checked_on": _("When somebody last saw it there. After a year the desk asks you to look again."),
            "language_notes": _("How to write it in other languages, or what a translation must not say."),
        }
        widgets = {
            "claim": forms.Textarea({"class": "textarea", "rows": 2}),
            "source": forms.Textarea({"class": "textarea", "rows": 2}),
            "language_notes": forms.Textarea({"class": "textarea", "rows": 3}),
            "checked_on": day_input(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["url"] = forms.URLField(
            label=_("Address of the source"), max_length=500, required=False, assume_scheme="https"
        )
        if not self.instance.pk:
            self.initial.setdefault("checked_on", timezone.localdate())

    def clean_checked_on(self) -> Any:
        """A day that has come."""
        return not_to_come(self.cleaned_data["checked_on"])

    def fill(self) -> Evidence:
        """The figure with what was typed, not saved; call it on a valid form."""
        row: Evidence = self.instance
        if row.pk is None:
            row.slug = free_slug(Evidence, row.claim, default="figure", most=60)
        return row


class SearchForm(forms.Form):
    """Search in the library."""

    q = forms.CharField(
        label=_("Words of the figure or its source"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"class": "input", "type": "search"}),
    )
    stale = forms.BooleanField(label=_("Only those that nobody looked at for a year"), required=False)


class DayForm(forms.ModelForm):
    """A day that comes back every year."""

    month = forms.TypedChoiceField(label=_("Month"), choices=MONTHS, coerce=int)
    day = forms.IntegerField(label=_("Day"), min_value=1, max_value=31)
    names = forms.CharField(
        label=_("Name in other languages"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"class": "textarea", "rows": 3}),
        help_text=_(
            "One a line: the code of the language, a colon, the name. Such as: fr: Journée des droits de l'homme"
        ),
    )

    class Meta:
        model = CalendarDay
        fields = ["name", "month", "day", "names", "source_url", "note", "remind_days", "is_public"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["names"] = "\n".join(f"{code}: {name}" for code, name in sorted(self.instance.names.items()))
        self.fields["source_url"] = forms.URLField(
            label=_("Where that stands"), max_length=200, required=False, assume_scheme="https"
        )
        self.fields["remind_days"] = forms.IntegerField(
            label=_("Days before it that the desk speaks of it"), min_value=0, max_value=365, initial=30
        )

    def clean_names(self) -> dict[str, str]:
        """Language code → name."""
        found = {}
        for number, line in enumerate(self.cleaned_data["names"].splitlines(), start=1):
            code, _colon, name = (part.strip() for part in line.partition(":"))
            if not code and not name:
                continue
            if not is_language(code) or not name or len(name) > 200:
                text = _("Line %(number)s cannot be read. Write the code of a language, a colon and the name.")
                raise ValidationError(text, params={"number": number})
            found[code] = name
        return found

    def clean(self) -> dict[str, Any]:
        """A day there is."""
        data = super().clean() or {}
        if data.get("month") and data.get("day") and not is_a_date(data["month"], data["day"]):
            self.add_error("day", _("This month has no such day."))
        return data

    def fill(self) -> CalendarDay:
        """The day with what was typed, not saved; call it on a valid form."""
        row: CalendarDay = self.instance
        if row.pk is None:
            row.slug = free_slug(CalendarDay, row.name, default="day", most=60)
        return row


class PositionForm(forms.Form):
    """Where somebody stands on a campaign, how we know, and since when."""

    stance = forms.ChoiceField(label=_("Position"), choices=Position.Stance.choices, widget=forms.RadioSelect)
    source = forms.CharField(
        label=_("How we know"),
        max_length=300,
        widget=forms.TextInput({"class": "input"}),
        help_text=_("A vote, a speech, an answer, a meeting. The person may ask to read what is written here."),
    )
    said_on = forms.DateField(label=_("On"), widget=day_input())

    def __init__(self, *args: Any, user: User, campaign: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"said_on": timezone.localdate(), "campaign": campaign})
        super().__init__(*args, **kwargs)
        rows = Campaign.objects.visible_to(user).with_title()
        field = CampaignChoice(rows, label=_("Campaign"), to_field_name="slug", widget=forms.Select({"class": "input"}))
        self.fields = {"campaign": field, **self.fields}

    def clean_said_on(self) -> Any:
        """A day that has come."""
        return not_to_come(self.cleaned_data["said_on"])
