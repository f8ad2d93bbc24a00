"""The forms of one person: correcting what is known, and adding somebody by hand."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.addresses import AddressError, clean_address, email_key
from contacts.confidentiality import FIELDS as SECRET_FIELDS
from contacts.confidentiality import PERMISSION, hidden_fields
from contacts.correcting import FIELDS
from contacts.forms.one_line import OneLineField
from contacts.languages import content_languages, country_name, default_languages, language_name, preferred_language
from contacts.models import Contact, Organisation, Tag
from contacts.names import sort_key
from transport.one_line import one_line

ADDRESS_TAKEN = _("Somebody else in the contacts has this address. A letter goes to one person each.")
# What somebody added by hand is; the first two are tags of that name, which segments ask for.
WHO = [("stakeholder", _("a stakeholder")), ("press", _("press")), ("other", _("somebody else"))]
# Organisations named when a name fits several.
MOST_NEAR = 5
KEPT = _("Secret. Leave it empty to keep what is stored.")


_ORDER = ["given_name", "family_name", "gender", "country", "language", "email", "phone", "postal_address"]
_ORDER += ["is_confidential", "legal_basis", "source", "informed_on", "tags", "new_tag"]


class _PersonForm(forms.ModelForm):
    """What both forms share: choices, the address, tags, and why the data may be kept."""

    language = forms.ChoiceField(label=_("Language they are written to in"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    tags = forms.ModelMultipleChoiceField(
        label=_("Tags"), queryset=Tag.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    new_tag = forms.CharField(label=_("Another tag"), max_length=60, required=False)
    informed_on = forms.DateField(
        label=_("Told on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The day they were told that we hold their data and from where. Empty: not yet."),
    )

    class Meta:
        model = Contact
        fields = [
            "given_name",
            "family_name",
            "gender",
            "language",
            "country",
            "email",
            "phone",
            "postal_address",
            "is_confidential",
            "legal_basis",
            "source",
            "tags",
        ]
        field_classes = dict.fromkeys(["given_name", "family_name"], OneLineField)
        labels = {"legal_basis": _("Why we may keep their data"), "source": _("Where the data come from")}
        help_texts = {
            "family_name": _("As a letter prints it: Aaltola, not AALTOLA."),
            "gender": _(
                "Leave it unknown when neither the person nor an official source says. They get the neutral form."
            ),
            "email": _("Letters go to this address."),
            "is_confidential": _("Their addresses are then shown on purpose only, with a line in the audit trail."),
            "legal_basis": _("A newsletter needs their consent to a list as well."),
            "source": _("Such as “business card, conference of 3 November”. They may ask."),
        }
        widgets = {"postal_address": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*(self.field_order or []), *_ORDER])
        country = self.instance.country
        words = language_name(preferred_language(country)) if country else ""
        default = _("%(language)s, from the country") % {"language": words} if words else _("the country's")
        languages = {*content_languages(), self.instance.language} - {""}
        self._offer("language", default, ((code, language_name(code)) for code in languages))
        countries = {*default_languages(), country} - {""}
        self._offer("country", _("Not known"), ((code, country_name(code)) for code in countries))
        if self.instance.informed_at:
            self.initial["informed_on"] = timezone.localtime(self.instance.informed_at).date()

    def _offer(self, name: str, empty: Any, pairs: Any) -> None:
        choices = [("", empty), *sorted(pairs, key=lambda pair: pair[1])]
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _get_validation_exclusions(self) -> set[str]:
        """The choices of these two keep them; Django would ask the database about each, in six queries."""
        return {*super()._get_validation_exclusions(), "gender", "legal_basis"}  # type: ignore[misc]

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
            raise ValidationError(ADDRESS_TAKEN)
        return address

    def clean_new_tag(self) -> str:
        """One word or a few, without what breaks a list of them."""
        return one_line(self.cleaned_data["new_tag"])

    def clean_informed_on(self) -> dt.date | None:
        """A day that has come."""
        day: dt.date | None = self.cleaned_data["informed_on"]
        if day and day > timezone.localdate():
            raise ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        """A person keeps at least one name."""
        data = super().clean() or {}
        if not self.errors and not (data.get("given_name") or data.get("family_name")):
            self.add_error("family_name", _("Give at least one name."))
        return data

    def tag_names(self) -> list[str]:
        """The tags that are ticked, and the new one."""
        data = self.cleaned_data
        return [found.name for found in data["tags"]] + ([data["new_tag"]] if data["new_tag"] else [])

    def _informed_at(self) -> dt.datetime | None:
        day, known = self.cleaned_data["informed_on"], self.instance.informed_at
        if known and day == timezone.localtime(known).date():
            return known
        return timezone.make_aware(dt.datetime.combine(day, dt.time())) if day else None


class PersonForm(_PersonForm):
    """Corrects what we know about a person; imports leave the corrected fields alone from then on.

    A secret address is not even shown to whoever corrects the rest: who may see it on purpose can set another one,
    all others do not find the field.
    """

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = hidden_fields(self.instance)
        may_reveal = user.has_perm(PERMISSION)
        for name in self.kept:
            if may_reveal:
                self.initial[name] = ""
                self.fields[name].help_text = KEPT
            else:
                del self.fields[name]
        if self.instance.is_confidential and not may_reveal:
            del self.fields["is_confidential"]

    def changes(self) -> dict[str, Any]:
        """The fields of contacts.correcting with what was typed; a secret left empty is not among them."""
        data = {name: value for name, value in self.cleaned_data.items() if name in FIELDS}
        for name in SECRET_FIELDS:
            if name in self.kept and not data.get(name):
                data.pop(name, None)
        return data | {"informed_at": self._informed_at()}


class NewPersonForm(_PersonForm):
    """Adds somebody by hand: where they work, why they may be kept and who said so are asked at once."""

    kind = forms.ChoiceField(label=_("They are"), choices=WHO, initial="stakeholder", widget=forms.RadioSelect)
    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=200,
        required=False,
        help_text=_("Its name as it stands under Organisations. Leave it empty for somebody without one."),
    )
    title = forms.CharField(label=_("Their post there"), max_length=200, required=False)

    field_order = ["kind", "given_name", "family_name", "gender", "country", "language", "organisation", "title"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["source"].required = True

    def clean_organisation(self) -> Organisation | None:
        """The organisation of that name, whatever the case and accents; with the nearest names when there is none."""
        words = self.cleaned_data["organisation"].replace("\0", "").strip()
        if not words:
            return None
        seen = Organisation.objects.visible_to(self.user)
        found = list(seen.filter(pk__in=seen.ids_by_name(words)[:MOST_NEAR]).order_by("name"))
        same = [row for row in found if sort_key(row.name) == sort_key(words)]
        if same or len(found) == 1:
            return (same or found)[0]
        if found:
            names = ", ".join(f"“{row.name}”" for row in found)
            raise ValidationError(
                _("Several have that in their name: %(names)s. Write one in full.") % {"names": names}
            )
        raise ValidationError(_("No organisation has this name. Add it first, under Organisations."))

    def clean_title(self) -> str:
        """A post is a post somewhere."""
        title = " ".join(self.cleaned_data["title"].split())
        if title and not self.cleaned_data.get("organisation"):
            raise ValidationError(_("Choose the organisation this post is at."))
        return title

    def tag_names(self) -> list[str]:
        """The tags, with that of the kind."""
        kind = self.cleaned_data["kind"]
        return super().tag_names() + ([kind] if kind != "other" else [])

    def values(self) -> dict[str, Any]:
        """The columns of the new contact."""
        data = {name: value for name, value in self.cleaned_data.items() if name in FIELDS}
        return data | {"informed_at": self._informed_at()}
