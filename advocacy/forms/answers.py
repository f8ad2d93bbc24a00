"""Forms of answers: one per point, all of a country on one page; and the secretariat's decision."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advocacy.answer_links import MOST_DAYS, VALID_DAYS
from advocacy.assessing import Said
from advocacy.languages import language_choices
from advocacy.models import Rating
from advocacy.models.assessments import SAID, Answer
from advocacy.plan_content import PointWords
from contacts.models import Organisation

_LINE = {"class": "input"}


class AnswerForm(forms.Form):
    """How far a country is on one point. Without a rating it says nothing and is left out."""

    rating = forms.ChoiceField(
        label=_("How far is it"),
        choices=[("", _("No answer")), *Rating.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    evidence = forms.CharField(
        label=_("What you saw, in one or two sentences"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"class": "textarea", "rows": 3}),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=300,
        required=False,
        help_text=_("Law, report or your own cases, with the article or page. No name of anybody you helped."),
        widget=forms.TextInput(_LINE),
    )
    source_url = forms.URLField(
        label=_("Link to the source"),
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(_LINE),
    )
    source_date = forms.DateField(
        label=_("Date of the source"), required=False, widget=forms.DateInput(_LINE | {"type": "date"})
    )
    note = forms.CharField(
        label=_("What changed since the last answer"),
        max_length=200,
        required=False,
        help_text=_("One line for the history."),
        widget=forms.TextInput(_LINE),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What counts as changed is compared with what this page showed, not with what was confirmed since.
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean_source_url(self) -> str:
        """Only addresses of the web; one without a scheme is taken as https."""
        url: str = self.cleaned_data["source_url"]
        if url and not url.startswith(("https://", "http://")):
            raise forms.ValidationError(_("Give an address that begins with https://."))
        return url

    def clean_source_date(self) -> Any:
        """A source cannot be of tomorrow."""
        day = self.cleaned_data["source_date"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    def clean(self) -> dict[str, Any]:
        """A rating needs what was seen and where that stands."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("rating"):
            for name, sentence in (("evidence", _("Say what you saw.")), ("source", _("Name the source."))):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        elif data.get("evidence") and not self.initial.get("evidence") and "rating" not in self.errors:
            self.add_error("rating", _("Choose how far it is, or leave the evidence empty."))
        return data

    def said(self) -> Said | None:
        """The answer, or None where the point was left open."""
        data = self.cleaned_data
        return Said(**{name: data[name] for name in SAID}) if data["rating"] else None


def answer_forms(
    points: Sequence[PointWords], known: Mapping[int, Answer], data: Any = None
) -> list[tuple[PointWords, AnswerForm]]:
    """One form a point, filled with what is known: the organisation's own waiting proposal, or the current answer."""
    forms_of_points = []
    for point in points:
        answer = known.get(point.point)
        initial = {**answer.words(), "note": ""} if answer else {"rating": ""}
        forms_of_points.append((point, AnswerForm(data, prefix=f"p{point.point}", initial=initial)))
    return forms_of_points


def answers_in(forms_of_points: Sequence[tuple[PointWords, AnswerForm]]) -> dict[int, Said] | None:
    """What was said, by id of the point; None when a form is not valid. Untouched forms say nothing new."""
    # All of them are looked at, so that each shows its own errors.
    valid = [form.is_valid() for _point, form in forms_of_points]
    if not all(valid):
        return None
    said = {point.point: form.said() for point, form in forms_of_points if form.has_changed()}
    return {pk: answer for pk, answer in said.items() if answer is not None}


class DecisionForm(AnswerForm):
    """The words that are confirmed, and the sentence that goes back to the member."""

    rating = forms.ChoiceField(label=_("Rating"), choices=Rating.choices, widget=forms.RadioSelect)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    sentence = forms.CharField(
        label=_("A sentence to the member"),
        max_length=500,
        required=False,
        help_text=_("Required when you change or decline."),
        widget=forms.TextInput(_LINE),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, sentence in (("evidence", _("Say what you saw.")), ("source", _("Name the source."))):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = sentence


class LinkForm(forms.Form):
    """To which organisation a link goes, where, in which language, for how long."""

    organisation = forms.ChoiceField(label=_("Organisation"), widget=forms.Select(_LINE))
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("Empty takes the organisation’s own address."),
        widget=forms.EmailInput(_LINE),
    )
    language = forms.ChoiceField(
        label=_("Language of the mail"), choices=language_choices, initial="en", widget=forms.Select(_LINE)
    )
    days = forms.IntegerField(
        label=_("Valid for days"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=VALID_DAYS,
        widget=forms.NumberInput(_LINE),
    )

    def __init__(self, *args: Any, members: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = {str(member.pk): member for member in members}
        choices = [("", _("Choose"))] + [(key, member.name) for key, member in self.members.items()]
        self.fields["organisation"].choices = choices  # type: ignore[attr-defined]

    def member(self) -> Organisation:
        """The chosen organisation."""
        return self.members[self.cleaned_data["organisation"]]
