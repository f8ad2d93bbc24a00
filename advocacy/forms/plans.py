"""Forms of action plans and asks: words, points, facts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from advocacy.languages import language_choices
from advocacy.models import Ask

_LINE = {"class": "input"}
_TEXT = {"class": "textarea", "rows": 3}


class PlanWordsForm(forms.Form):
    """Title, summary and addressee of a plan in one language, with the edition that the page showed."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput(_LINE))
    summary = forms.CharField(
        label=_("Summary, one or two sentences"), max_length=400, required=False, widget=forms.Textarea(_TEXT)
    )
    addressee = forms.CharField(
        label=_("To"),
        max_length=200,
        help_text=_("Whom the plan asks, such as governments."),
        widget=forms.TextInput(_LINE),
    )

    def words(self) -> dict[str, str]:
        """What was typed, for advocacy.planning."""
        return {name: self.cleaned_data[name] for name in ("title", "summary", "addressee")}


class StartPlanForm(PlanWordsForm):
    """A new plan: its words in its first language."""

    edition = None  # type: ignore[assignment]
    language = forms.ChoiceField(
        label=_("Written in"), choices=language_choices, initial="en", widget=forms.Select(_LINE)
    )


class PointForm(forms.Form):
    """What a plan rests a point on."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    legal_basis = forms.CharField(
        label=_("Legal basis in this plan"),
        max_length=300,
        required=False,
        help_text=_("Empty takes what the ask says."),
        widget=forms.TextInput(_LINE),
    )
    instrument = forms.CharField(
        label=_("Instrument in this plan"), max_length=200, required=False, widget=forms.TextInput(_LINE)
    )


class AddPointForm(forms.Form):
    """An ask to place as the last point; each stands once in a plan."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    ask = forms.ChoiceField(label=_("Ask"), widget=forms.Select(_LINE))

    def __init__(self, *args: Any, asks: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ask"].choices = asks  # type: ignore[attr-defined]


class AskFactsForm(forms.Form):
    """What an ask is tied to."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    level = forms.ChoiceField(label=_("Level"), choices=Ask.Level.choices, widget=forms.Select(_LINE))
    instrument = forms.CharField(
        label=_("Instrument"),
        max_length=200,
        required=False,
        help_text=_("A fund or law it is about, such as AMIF."),
        widget=forms.TextInput(_LINE),
    )
    dossier = forms.CharField(
        label=_("File"),
        max_length=60,
        required=False,
        help_text=_("The procedure’s reference, such as 2020/0310(COD)."),
        widget=forms.TextInput(_LINE),
    )
    legal_basis = forms.CharField(
        label=_("Legal basis"),
        max_length=300,
        required=False,
        help_text=_("The article that already says so."),
        widget=forms.TextInput(_LINE),
    )
    is_placeholder = forms.BooleanField(label=_("The real wording is not known yet; pages say so"), required=False)

    def facts(self) -> dict[str, Any]:
        """What was typed, for advocacy.planning."""
        names = ("level", "instrument", "dossier", "legal_basis", "is_placeholder")
        return {name: self.cleaned_data[name] for name in names}


class AskTextForm(forms.Form):
    """The wording of an ask in one language."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    title = forms.CharField(label=_("The demand in one line"), max_length=200, widget=forms.TextInput(_LINE))
    short = forms.CharField(
        label=_("Short name"),
        max_length=40,
        required=False,
        help_text=_("For the head of a column, such as “Free legal aid”."),
        widget=forms.TextInput(_LINE),
    )
    explanation = forms.CharField(
        label=_("Explanation"), max_length=3000, required=False, widget=forms.Textarea(_TEXT | {"rows": 6})
    )

    def text(self) -> dict[str, str]:
        """What was typed, for advocacy.planning."""
        return {name: self.cleaned_data[name] for name in ("title", "short", "explanation")}


class StartAskForm(AskTextForm, AskFactsForm):
    """A new ask: its wording in one language and its facts."""

    edition = None  # type: ignore[assignment]
    language = forms.ChoiceField(
        label=_("Written in"), choices=language_choices, initial="en", widget=forms.Select(_LINE)
    )
    field_order = ("title", "short", "explanation", "language", "level")


class AskFilterForm(forms.Form):
    """Narrows the library."""

    q = forms.CharField(label=_("Search"), max_length=100, required=False, widget=forms.TextInput(_LINE))
    level = forms.ChoiceField(
        label=_("Level"),
        choices=[("", _("All levels")), *Ask.Level.choices],
        required=False,
        widget=forms.Select(_LINE),
    )
