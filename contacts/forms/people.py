"""Forms of the pages of people: the filter, the correction of a person, a note."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from contacts.addresses import AddressError, clean_address, email_key
from contacts.criteria.vocabulary import NormalCriteria
from contacts.forms.criteria import KIND_CHOICES
from contacts.languages import content_languages, country_name, default_languages, language_name, preferred_language
from contacts.models import Body, Contact, Membership, Note, Tag

ADDRESS_TAKEN = _("Somebody else in the contacts has this address. A letter goes to one person each.")
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


class PersonForm(forms.ModelForm):
    """Corrects what we know about a person; imports leave the corrected fields alone from then on."""

    language = forms.ChoiceField(label=_("Language they are written to in"), required=False)
    tags = forms.ModelMultipleChoiceField(
        label=_("Tags"), queryset=Tag.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    new_tag = forms.CharField(label=_("Another tag"), max_length=60, required=False)

    class Meta:
        model = Contact
        fields = ["given_name", "family_name", "gender", "language", "email", "tags"]
        help_texts = {
            "family_name": _("As a letter prints it: Aaltola, not AALTOLA."),
            "gender": _(
                "Leave it unknown when neither the person nor an official source says. They get the neutral form."
            ),
            "email": _("Letters go to this address."),
        }

    def __init__(self, *args: Any, email_is_secret: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = self.instance.country
        default = _("%(language)s, from the country") % {"language": language_name(preferred_language(country))}
        known = {*content_languages(), self.instance.language} - {""}
        languages = sorted(((code, language_name(code)) for code in known), key=lambda pair: pair[1])
        self.fields["language"].choices = [("", default), *languages]  # type: ignore[attr-defined]
        if email_is_secret:
            # A confidential organisation's address is not even shown to whoever corrects the rest.
            del self.fields["email"]

    def clean_email(self) -> str:
        """One address one can write to, that nobody else has."""
        text = self.cleaned_data["email"]
        if not text:
            return ""
        try:
            address = clean_address(text)
        except AddressError as error:
            raise ValidationError(str(error)) from error
        if Contact.objects.filter(email_key=email_key(address)).exclude(pk=self.instance.pk).exists():
            raise ValidationError(
                _("Somebody else in the contacts has this address. A letter goes to one person each.")
            )
        return address

    def clean_new_tag(self) -> str:
        """One word or a few, without what breaks a list of them."""
        return " ".join(self.cleaned_data["new_tag"].replace("\0", "").split())

    def clean(self) -> dict[str, Any]:
        """A person keeps at least one name."""
        data = super().clean() or {}
        if not self.errors and not (data.get("given_name") or data.get("family_name")):
            self.add_error("family_name", _("Give at least one name."))
        return data


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
