"""Forms of events and of who comes to them, of days of the calendar, of figures, and of positions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from advocacy.forms.naming import NamesField, lines_of, organisations_of
from advocacy.languages import language_choices
from advocacy.models import Attendance, Campaign, Event, Statement
from advocacy.slugs import free_slug

# Addresses that end like this are files.
FILES = (".pdf", ".docx", ".doc", ".odt", ".xlsx", ".ods", ".csv", ".pptx", ".odp", ".zip")
MOST_LINKS = 30
_URL = URLValidator(schemes=["https", "http"])


def _moment() -> forms.DateTimeField:
    return forms.DateTimeField(
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "input"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": _("This is not a day and time. Write it as 2026-11-30 14:00.")},
    )


class CampaignChoice(forms.ModelChoiceField):
    """Campaigns by title."""

    def label_from_instance(self, obj: Any) -> str:
        """The title, read with the row."""
        return str(obj.title or obj.slug)


class StatementChoice(forms.ModelChoiceField):
    """Statements by reference and title."""

    def label_from_instance(self, obj: Any) -> str:
        """Reference and title, read with the row."""
        return f"{obj.reference} {obj.title or ''}".strip()


class EventForm(forms.ModelForm):
    """An event, its organisers, what came of it, and links."""

    language = forms.ChoiceField(
        label=_("Written in"), choices=language_choices, initial="en", widget=forms.Select({"class": "input"})
    )
    links = forms.CharField(
        label=_("Links"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea({"class": "textarea", "rows": 3}),
        help_text=_(
            "One a line: what it is, a bar, the address. Such as: Programme | https://… Files go by their link."
        ),
    )

    class Meta:
        model = Event
        fields = [
            *("title", "language", "summary", "starts_at", "ends_at", "place", "campaign", "organisers"),
            *("report", "report_statement", "links", "is_cancelled", "is_public"),
        ]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("title", "place"):
            self.fields[name].widget.attrs["class"] = "input"
        self.fields["summary"].widget = forms.Textarea({"class": "textarea", "rows": 2})
        self.fields["report"].widget = forms.Textarea({"class": "textarea", "rows": 8})
        self.fields["report"].help_text = _(
            "An empty line begins a paragraph. No names of guests, no data on trafficked persons."
        )
        for name in ("starts_at", "ends_at"):
            label, required = self.fields[name].label, self.fields[name].required
            self.fields[name] = _moment()
            self.fields[name].label, self.fields[name].required = label, required
        select: Any = forms.Select({"class": "input"})
        campaigns = Campaign.objects.visible_to(user).with_title()
        self.fields["campaign"] = CampaignChoice(campaigns, label=_("Campaign"), required=False, widget=select)
        texts = Statement.objects.visible_to(user).published().with_title()
        self.fields["report_statement"] = StatementChoice(
            texts, label=_("Published text about it"), required=False, widget=forms.Select({"class": "input"})
        )
        self.fields["organisers"] = NamesField(
            label=_("Organised by"),
            known=organisations_of(user),
            not_known=_("There is no organisation “%(name)s” in the address book."),
            help_text=_("One a line, by their names in the address book."),
        )
        self._fill()
        if not user.has_perm("advocacy.approve"):
            self.fields["is_public"].disabled = True
            self.fields["is_public"].help_text = _("An approver may show it to the public.")

    def _fill(self) -> None:
        if self.instance.pk:
            self.initial["organisers"] = lines_of(self.instance.organisers.order_by("name"))
            self.initial["links"] = lines_of(f"{link.label} | {link.url}" for link in self.instance.links.all())

    def clean_links(self) -> list[tuple[str, str, bool]]:
        """What each is, its address, and whether it is a file. Addresses are checked for form, never fetched."""
        found = []
        for number, line in enumerate(self.cleaned_data["links"].splitlines(), start=1):
            if not line.strip():
                continue
            label, _bar, url = (part.strip() for part in line.rpartition("|"))
            try:
                _URL(url)
            except ValidationError:
                text = _("Line %(number)s is no link. Write what it is, a bar and the address: Programme | https://…")
                raise ValidationError(text, params={"number": number}) from None
            if len(url) > 500 or len(label) > 200:
                raise ValidationError(_("Line %(number)s is too long."), params={"number": number})
            found.append((label or url[:200], url, url.split("?")[0].lower().endswith(FILES)))
        if len(found) > MOST_LINKS:
            raise ValidationError(_("These are more than %(most)s links."), params={"most": MOST_LINKS})
        return found

    def clean(self) -> dict[str, Any]:
        """No end before the beginning."""
        data = super().clean() or {}
        start, end = data.get("starts_at"), data.get("ends_at")
        if start and end and end < start:
            self.add_error("ends_at", _("It ends before it begins. Correct one of the two."))
        return data

    def fill(self) -> Event:
        """The event with what was typed, not saved; call it on a valid form."""
        event: Event = self.instance
        if event.pk is None:
            day = timezone.localtime(self.cleaned_data["starts_at"])
            event.slug = free_slug(Event, f"{self.cleaned_data['title']} {day:%Y}", default="event", most=100)
        return event

    def _save_m2m(self) -> None:
        """advocacy.events.save_event does it, in one transaction with the rest."""


class PartForm(forms.Form):
    """As what somebody comes to an event, and whether they did."""

    role = forms.ChoiceField(label=_("As"), choices=Attendance.Role.choices, widget=forms.Select({"class": "input"}))
    answer = forms.ChoiceField(
        label=_("Answer"), choices=Attendance.Answer.choices, widget=forms.Select({"class": "input"})
    )
    is_public = forms.BooleanField(
        label=_("The public pages name them as host or speaker"),
        required=False,
        help_text=_("Only when they agreed. Guests are never named."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not user.has_perm("advocacy.approve"):
            self.fields["is_public"].disabled = True
            self.fields["is_public"].help_text = _("An approver may name them in public. Guests are never named.")

    def clean(self) -> dict[str, Any]:
        """A guest is not named in public."""
        data = super().clean() or {}
        if data.get("is_public") and data.get("role") == Attendance.Role.GUEST:
            self.add_error("is_public", _("Guests are never named in public. Choose host or speaker, or untick it."))
        return data
