"""Forms of the road of a statement: facts of its kind, comments, consent, a time, files."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advocacy.commenting import LONGEST, paragraphs_in
from advocacy.kinds import FIELDS, LABELS
from advocacy.languages import own_name
from advocacy.models import SafetyConfirmation, Statement, StatementText

_MOMENT = "%Y-%m-%dT%H:%M"
_MOST = {"occasion": 150, "place": 80, "host": 200, "speakers": 500, "contact": 300}
_HINTS = {
    "occasion": _("Such as EU Anti-Trafficking Day, or a vote in the Parliament."),
    "place": _("The town it is dated from, or where the event was."),
    "speakers": _("Names and organisations, as they agreed to be named."),
    "contact": _("A name or an office, with an e-mail address or a telephone number. Everybody can read it."),
}


def moment_field(**options: Any) -> forms.DateTimeField:
    """A day and an hour in the office's time zone."""
    widget = forms.DateTimeInput(format=_MOMENT, attrs={"type": "datetime-local", "class": "input"})
    return forms.DateTimeField(widget=widget, input_formats=[_MOMENT, "%Y-%m-%dT%H:%M:%S"], **options)


class DetailsForm(forms.Form):
    """The facts beside the text that this kind of statement has."""

    def __init__(self, *args: Any, statement: Statement, **kwargs: Any) -> None:
        must, may = FIELDS[statement.kind]
        kwargs.setdefault("initial", {**statement.details, "embargo_until": statement.embargo_until})
        super().__init__(*args, **kwargs)
        for name in (name for name in LABELS if name in {*must, *may}):
            self.fields[name] = _field(name, is_required=name in must)
            if name == "release":
                label = _("Embargo until")
                hint = _("Only for an embargo. The text is not published before.")
                self.fields["embargo_until"] = moment_field(label=label, help_text=hint, required=False)

    def clean(self) -> dict[str, Any]:
        """An embargo has an end, and nothing else has one."""
        found = super().clean() or {}
        if found.get("release") == "embargo" and not found.get("embargo_until") and "embargo_until" not in self.errors:
            self.add_error("embargo_until", _("Say until when the embargo lasts."))
        if found.get("release") != "embargo":
            found["embargo_until"] = None
        return found

    def facts(self) -> dict[str, str]:
        """The values for Statement.details; call it on a valid form."""
        rows = {name: value for name, value in self.cleaned_data.items() if name != "embargo_until"}
        return {
            name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in rows.items() if value
        }


def _field(name: str, *, is_required: bool) -> forms.Field:
    options: dict[str, Any] = {"label": LABELS[name], "required": is_required, "help_text": _HINTS.get(name, "")}
    if name == "event_date":
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input"})
        return forms.DateField(widget=widget, **options)
    if name == "release":
        choices = [("", _("Choose")), ("immediate", _("For immediate release")), ("embargo", _("Under embargo"))]
        return forms.ChoiceField(choices=choices, widget=forms.Select({"class": "input"}), **options)
    return forms.CharField(max_length=_MOST[name], widget=forms.TextInput({"class": "input"}), **options)


class CommentForm(forms.Form):
    """A comment on one paragraph of the language version that is shown, or on all of it."""

    paragraph = forms.TypedChoiceField(
        label=_("About"), coerce=int, empty_value=None, required=False, widget=forms.Select({"class": "input"})
    )
    words = forms.CharField(
        label=_("Comment"), max_length=LONGEST, widget=forms.Textarea({"class": "textarea", "rows": 3})
    )

    def __init__(self, *args: Any, text: StatementText, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "comment_%s")
        super().__init__(*args, **kwargs)
        rows = [(number, f"{number}. {_short(row.text)}") for number, row in enumerate(paragraphs_in(text), start=1)]
        self.fields["paragraph"].choices = [("", _("The whole text")), *rows]  # type: ignore[attr-defined]


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:70].rsplit(' ', 1)[0]}…"


class SafetyForm(forms.Form):
    """Why what the safety check found may stay."""

    ground = forms.ChoiceField(
        label=_("Why it may stay"), choices=SafetyConfirmation.Ground, widget=forms.RadioSelect(), required=True
    )


class ScheduleForm(forms.Form):
    """When it becomes public."""

    at = moment_field(label=_("Day and hour"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = timezone.get_default_timezone_name()
        self.fields["at"].help_text = _("In the time of %(zone)s.") % {"zone": zone}


class FileForm(forms.Form):
    """A file to attach."""

    title = forms.CharField(label=_("What it is"), max_length=150, widget=forms.TextInput({"class": "input"}))
    language = forms.ChoiceField(label=_("For readers of"), required=False, widget=forms.Select({"class": "input"}))
    upload = forms.FileField(
        label=_("File"),
        max_length=200,
        help_text=_("PDF, DOCX, XLSX, PPTX, ODT, ODS, PNG or JPEG; at most 15 MB."),
        widget=forms.FileInput({"class": "input"}),
    )

    def __init__(self, *args: Any, languages: list[str], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "file_%s")
        super().__init__(*args, **kwargs)
        rows = [(code, own_name(code)) for code in languages]
        self.fields["language"].choices = [("", _("Every language")), *rows]  # type: ignore[attr-defined]
