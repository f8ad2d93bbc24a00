"""Forms of campaigns: the campaign with its first text, a text in another language, what belongs to it, the filter."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from advocacy.forms.naming import NamesField, bodies, lines_of, organisations_of
from advocacy.languages import language_choices
from advocacy.models import Campaign, CampaignText
from advocacy.slugs import free_slug


def _input(**attributes: Any) -> forms.TextInput:
    return forms.TextInput({"class": "input", **attributes})


def day_input() -> forms.DateInput:
    """A day with the browser's calendar."""
    return forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")


class WordsForm(forms.Form):
    """What a campaign is called and wants, in one language."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=_input())
    aim = forms.CharField(
        label=_("Aim, in one sentence"),
        max_length=400,
        required=False,
        widget=forms.Textarea({"class": "textarea", "rows": 2}),
        help_text=_("Such as: compensation for every victim of trafficking in the Union by 2030."),
    )
    about = forms.CharField(
        label=_("What it is about"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea({"class": "textarea", "rows": 6}),
        help_text=_("An empty line begins a paragraph. No data on trafficked persons."),
    )

    def words(self, language: str) -> CampaignText:
        """What was typed; call it on a valid form."""
        data = self.cleaned_data
        return CampaignText(language=language, title=data["title"], aim=data["aim"], about=data["about"])


class CampaignForm(WordsForm):
    """A campaign with the text in the language it was written in."""

    language = forms.ChoiceField(
        label=_("Written in"), choices=language_choices, initial="en", widget=forms.Select({"class": "input"})
    )
    topic = forms.CharField(label=_("Topic"), max_length=100, required=False, widget=_input())
    starts_on = forms.DateField(label=_("Begins on"), widget=day_input())
    ends_on = forms.DateField(label=_("Ends on"), required=False, widget=day_input())

    def __init__(self, *args: Any, campaign: Campaign, user: User, **kwargs: Any) -> None:
        self.campaign = campaign
        kwargs.setdefault("initial", initial_of(campaign) if campaign.pk else {"starts_on": timezone.localdate()})
        super().__init__(*args, **kwargs)
        known, unknown = organisations_of(user), _("There is no organisation “%(name)s” in the address book.")
        by_name = _("By its name in the address book. Empty: the platform.")
        self.fields["lead"] = NamesField(
            label=_("Led by"), known=known, not_known=unknown, widget=_input(), help_text=by_name
        )
        self.fields["partners"] = NamesField(
            label=_("Partners"),
            known=known,
            not_known=unknown,
            help_text=_("One a line, by their names in the address book."),
        )
        self.fields["bodies"] = NamesField(
            label=_("Whom it addresses"),
            known=bodies,
            not_known=_("There is no body “%(name)s”."),
            help_text=_("One a line: committees, groups, delegations, by code or name, such as LIBE."),
        )
        if campaign.pk:
            self.fields["language"].disabled = True

    def clean_lead(self) -> Any:
        """One organisation at most."""
        found = self.cleaned_data["lead"]
        if len(found) > 1:
            raise forms.ValidationError(_("One organisation leads. The others are partners."))
        return found[0] if found else None

    def clean(self) -> dict[str, Any]:
        """No end before the beginning."""
        data = super().clean() or {}
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("It ends before it begins. Correct one of the two days."))
        return data

    def fill(self) -> Campaign:
        """The campaign with what was typed, not saved; call it on a valid form."""
        data, row = self.cleaned_data, self.campaign
        row.topic, row.starts_on, row.ends_on, row.lead = (
            data["topic"],
            data["starts_on"],
            data["ends_on"],
            data["lead"],
        )
        if row.pk is None:
            row.source_language = data["language"]
            row.slug = free_slug(Campaign, data["title"], default="campaign")
        return row


def initial_of(campaign: Campaign) -> dict[str, Any]:
    """What the form of a saved campaign begins with."""
    text = campaign.text_in(campaign.source_language)
    return {
        "title": text.title if text else "",
        "aim": text.aim if text else "",
        "about": text.about if text else "",
        "language": campaign.source_language,
        "topic": campaign.topic,
        "starts_on": campaign.starts_on,
        "ends_on": campaign.ends_on,
        "lead": campaign.lead.name if campaign.lead else "",
        "partners": lines_of(campaign.partners.order_by("name")),
        "bodies": lines_of(body.code for body in campaign.target_bodies.all()),
    }


class CampaignFilterForm(forms.Form):
    """Search in the list of campaigns."""

    q = forms.CharField(
        label=_("Title or topic"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"class": "input", "type": "search"}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("running", _("Running")), ("ended", _("Ended")), ("public", _("Public"))],
        widget=forms.Select({"class": "input"}),
    )


class WriteForm(forms.Form):
    """In which language to write a campaign's text."""

    write = forms.ChoiceField(label=_("In another language"), widget=forms.Select({"class": "input"}))

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["write"]
        field.choices = [choice for choice in language_choices() if choice[0] != campaign.source_language]


class BelongingForm(forms.Form):
    """A statement or plan to put into a campaign."""

    what = forms.ChoiceField(label=_("Add"), widget=forms.Select({"class": "input"}))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["what"]
        field.choices = [("", _("Choose a statement or plan")), *choices]
