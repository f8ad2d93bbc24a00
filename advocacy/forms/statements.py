"""Forms of statements: starting one, writing a language version, asking for review."""

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from advocacy.drafting import Words
from advocacy.evidence import choices
from advocacy.languages import language_choices
from advocacy.models import Statement, StatementText
from advocacy.richtext import RichTextField, RichTextWidget


class StartForm(forms.Form):
    """What a new statement needs before anybody writes."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput({"class": "input"}))
    kind = forms.ChoiceField(label=_("Kind"), choices=Statement.Kind.choices, widget=forms.Select({"class": "input"}))
    language = forms.ChoiceField(
        label=_("Written in"),
        choices=language_choices,
        initial="en",
        help_text=_("Other languages follow later, each as its own version."),
        widget=forms.Select({"class": "input"}),
    )


def page_name() -> str:
    """What a page with an editor calls itself, so that it is not taken for somebody else when it saves again."""
    return secrets.token_hex(16)


class TextForm(forms.Form):
    """One language version, with the number of the edition that the page was opened on."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    page = forms.CharField(widget=forms.HiddenInput, max_length=32, required=False)
    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput({"class": "input"}))
    summary = forms.CharField(
        label=_("Summary, one or two sentences"),
        max_length=400,
        required=False,
        widget=forms.Textarea({"class": "textarea", "rows": 2}),
    )
    body = RichTextField(label=_("Text"), required=False)
    is_reviewed = forms.BooleanField(
        label=_("A second reader has checked this language version"),
        required=False,
    )

    def __init__(self, *args: Any, text: StatementText, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "edition": text.edition,
                "page": page_name(),
                "title": text.title,
                "summary": text.summary,
                "body": text.body,
                "is_reviewed": text.is_reviewed,
            },
        )
        super().__init__(*args, **kwargs)
        self.fields["body"].widget = RichTextWidget(sources=choices(), language=text.language)
        for name in ("title", "summary"):
            self.fields[name].widget.attrs["lang"] = text.language

    def words(self) -> Words:
        """What was typed, cleaned; call it on a valid form."""
        data = self.cleaned_data
        return Words(data["title"], data["summary"], data["body"], data["is_reviewed"], data["page"])


class LanguageForm(forms.Form):
    """Which language version to start."""

    language = forms.ChoiceField(label=_("Language"), widget=forms.Select({"class": "input"}))

    def __init__(self, *args: Any, taken: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = [choice for choice in language_choices() if choice[0] not in taken]
        self.fields["language"].choices = [("", _("Choose a language")), *free]  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    """Whom to ask, and what to tell them."""

    approver = forms.ModelChoiceField(
        label=_("Ask"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Everybody who may approve it"),
        widget=forms.Select({"class": "input"}),
    )
    note = forms.CharField(
        label=_("Note"), max_length=500, required=False, widget=forms.Textarea({"class": "textarea", "rows": 2})
    )

    def __init__(self, *args: Any, approvers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["approver"]
        field.queryset = User.objects.filter(pk__in=[person.pk for person in approvers])  # type: ignore[attr-defined]


class FilterForm(forms.Form):
    """Search and filters of the list of statements; nonsense in the address filters nothing."""

    q = forms.CharField(
        label=_("Title or reference"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"class": "input", "type": "search"}),
    )
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All states")), *Statement.Status.choices],
        widget=forms.Select({"class": "input"}),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All kinds")), *Statement.Kind.choices],
        widget=forms.Select({"class": "input"}),
    )
