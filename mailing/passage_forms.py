"""Forms of alternative passages: whom one is for, its wording, and lines written out from a plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from advocacy.forms.statements import page_name
from advocacy.models import ActionPlan
from advocacy.richtext import RichTextField, RichTextWidget
from contacts.languages import country_name, default_languages
from contacts.models import Segment
from mailing import merge
from mailing.composing import Readers, Wording
from mailing.forms import LINK_FIELDS
from mailing.models import Passage, PassageText

WHO = [
    ("country", _("Readers of one country")),
    ("segment", _("A saved audience")),
    ("rule", _("A rule of this passage alone, set below")),
    ("rest", _("Everybody else: who reads none of the others here")),
]


def who_of(passage: Passage) -> str:
    """Which of WHO a stored passage is for."""
    if passage.country:
        return "country"
    if passage.segment_id:
        return "segment"
    return "rule" if passage.criteria is not None else "rest"


class PassageForm(forms.Form):
    """An alternative in one language; the rule is a CriteriaForm of its own beside this form."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    page = forms.CharField(widget=forms.HiddenInput, max_length=32, required=False)
    who = forms.ChoiceField(label=_("For whom"), choices=WHO, widget=forms.RadioSelect)
    country = forms.ChoiceField(label=_("Country"), required=False, widget=forms.Select({"class": "input"}))
    segment = forms.ModelChoiceField(
        label=_("Saved audience"),
        queryset=Segment.objects.none(),
        required=False,
        empty_label=_("Choose one"),
        widget=forms.Select({"class": "input"}),
    )
    body = RichTextField(
        label=_("What they read here"),
        required=False,
        link_fields=LINK_FIELDS,
        help_text=_("Empty: the passage has no wording in this language, and its readers get the text for the others."),
    )

    def __init__(self, *args: Any, user: User, passage: Passage, text: PassageText, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(passage, text))
        super().__init__(*args, **kwargs)
        self.passage, self.text = passage, text
        self.fields["segment"].queryset = Segment.objects.visible_to(user)  # type: ignore[attr-defined]
        countries = sorted(((code, country_name(code)) for code in default_languages()), key=lambda pair: pair[1])
        self.fields["country"].choices = [("", _("Choose one")), *countries]  # type: ignore[attr-defined]
        chips = [(name, field.label) for name, field in merge.FIELDS.items()]
        self.fields["body"].widget = RichTextWidget(chips, language=text.language, rows=8)

    def clean_body(self) -> str:
        """Refuse what is outside the merge language, and a place inside a passage."""
        body = str(self.cleaned_data["body"])
        if problems := merge.check(body, html=True, may_place=False):
            raise forms.ValidationError([forms.ValidationError(problem) for problem in problems])
        return body

    def clean(self) -> dict[str, Any]:
        """Ask for what the choice needs."""
        data = super().clean() or {}
        who = data.get("who")
        if who in ("country", "segment") and not data.get(who) and who not in self.errors:
            self.add_error(who, _("Choose one, or choose somebody else above."))
        return data

    def readers(self, criteria: dict[str, Any]) -> Readers:
        """Whom it is for; call it on a valid form. `criteria` are those of the rule beside it."""
        data = self.cleaned_data
        who = data["who"]
        if who == "country":
            return Readers(country=data["country"])
        if who == "segment":
            return Readers(segment=data["segment"])
        return Readers(criteria=criteria) if who == "rule" else Readers()

    def wording(self) -> Wording:
        """What was typed; call it on a valid form."""
        data = self.cleaned_data
        return Wording(self.text.language, data["body"], data["edition"], data["page"])


def _initial(passage: Passage, text: PassageText) -> dict[str, Any]:
    return {
        "edition": text.edition if text.pk else 0,
        "page": page_name(),
        "who": who_of(passage) if passage.pk else "country",
        "country": passage.country,
        "segment": passage.segment_id,
        "body": text.body,
    }


class LinesForm(forms.Form):
    """From which plan the lines of countries are written out, and where."""

    plan = forms.ModelChoiceField(
        label=_("Plan"),
        queryset=ActionPlan.objects.none(),
        empty_label=_("Choose a plan"),
        widget=forms.Select({"class": "input"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = ActionPlan.objects.visible_to(user)  # type: ignore[attr-defined]
