"""Forms of the pages of people: the filter and a note. One person's own forms: contacts/forms/person.py."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.criteria.vocabulary import NormalCriteria
from contacts.forms.criteria import KIND_CHOICES
from contacts.languages import content_languages, country_name, default_languages, language_name
from contacts.models import Body, Membership, Note, Tag

FILTERS = ("country", "group", "committee", "role", "language", "kind", "tag")


class PersonFilterForm(forms.Form):
    """The filters of the list of people, all optional; they narrow."""

    q = forms.CharField(label=_("Name or address"), max_length=200, required=False, widget=forms.SearchInput())
    country = forms.ChoiceField(label=_("Country"), required=False)
    group = forms.ChoiceField(label=_("Political group"), required=False)
    committee = forms.ChoiceField(label=_("Committee"), required=False)
    role = forms.ChoiceField(label=_("Role"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    tag = forms.ChoiceField(label=_("Tag"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = list(Body.objects.filter(kind__in=["group", "committee"]).order_by("code"))
        countries = sorted(((code, country_name(code)) for code in default_languages()), key=lambda pair: pair[1])
        languages = sorted(((code, language_name(code)) for code in content_languages()), key=lambda pair: pair[1])
        self._offer("country", countries)
        self._offer("language", languages)
        for kind in ("group", "committee"):
            self._offer(kind, [(body.code, body.short_name or body.code) for body in bodies if body.kind == kind])
        self._offer("role", Membership.Role.choices)
        self._offer("kind", KIND_CHOICES)
        self._offer("tag", [(name, name) for name in Tag.objects.values_list("name", flat=True)])

    def tag_names(self) -> list[str]:
        """All tags there are; no query of its own."""
        return [value for value, _label in self.fields["tag"].choices if value]  # type: ignore[attr-defined]

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        field.choices = [("", _("All")), *choices]  # type: ignore[attr-defined]
        field.error_messages["invalid_choice"] = _("“%(value)s” is not one of the choices.")

    def clean_q(self) -> str:
        """No null character: PostgreSQL cannot take it."""
        return self.cleaned_data["q"].replace("\0", "").strip()

    def criteria(self) -> dict[str, Any]:
        """The filters as criteria; what was not understood filters nothing. Everybody without a filter."""
        chosen = {name: self.cleaned_data.get(name) for name in FILTERS} if self.is_bound else {}
        seat = {name: [chosen[name]] for name in ("committee", "role") if chosen.get(name)}
        conditions: list[dict[str, Any]] = [{"seat": seat}] if seat else []
        conditions += [{n: [chosen[n]]} for n in ("country", "group", "language", "kind", "tag") if chosen.get(n)]
        # The values come from the choices, so they are codes already.
        return NormalCriteria(conditions[0] if len(conditions) == 1 else {"all": conditions})

    def active(self) -> list[tuple[str, str, str]]:
        """(parameter, label, words) of each filter that is set."""
        if not self.is_bound:
            return []
        found = []
        for name in ("q", *FILTERS):
            value = self.cleaned_data.get(name)
            if value:
                words = value if name == "q" else dict(self.fields[name].choices)[value]  # type: ignore[attr-defined]
                found.append((name, str(self.fields[name].label), str(words)))
        return found


class NoteForm(forms.ModelForm):
    """What a colleague writes down about a person."""

    text = forms.CharField(
        label=_("Note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("No data on trafficked persons. The person may ask to read what is written here."),
    )

    class Meta:
        model = Note
        fields = ["text"]
