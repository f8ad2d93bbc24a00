"""Forms of the pages of organisations: the filter, one organisation, how it belongs to us, who works there."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.addresses import AddressError, clean_address
from contacts.confidentiality import FIELDS as SECRET_FIELDS
from contacts.confidentiality import PERMISSION
from contacts.languages import country_name, default_languages
from contacts.models import Contact, Organisation, OrganisationMembership, Post, StakeholderType
from contacts.models.organisations import FOUNDER
from contacts.names import sort_key
from contacts.organising import WORDS
from transport.one_line import one_line

NAME_TAKEN = _("There is an organisation of this name already.")
OVERLAPS = _("It is one already on some of these days. Change that one instead.")
KEPT = _("Secret, so it is not shown. What you write replaces what is kept; leave it empty to keep that.")
# Who belongs: how it is called in the filter, and the kinds that it asks for.
BELONGING = {
    "member": (_("Members"), ["member"]),
    "associate": (_("Associate members"), ["associate"]),
    "partner": (_("Partners"), ["partner"]),
    FOUNDER: (_("Founding members"), [FOUNDER]),
    "any": (_("Any of these"), ["member", "associate", "partner"]),
    "none": (_("None of these"), []),
}


def countries(*more: str) -> list[tuple[str, str]]:
    """The countries one can choose, by name; `more` are codes that must be among them."""
    codes = {*default_languages(), *more} - {""}
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: sort_key(pair[1]))


def day_field(label: Any, help_text: Any = "") -> forms.DateField:
    """A day, with the browser's calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, help_text=help_text)


class OrganisationFilterForm(forms.Form):
    """The filters of the list of organisations; `on` is the day for which members are counted."""

    q = forms.CharField(label=_("Name"), max_length=200, required=False, widget=forms.SearchInput())
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    type = forms.ChoiceField(label=_("Stakeholder type"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    belongs = forms.ChoiceField(label=_("Belongs to us as"), required=False)
    on = day_field(_("Count members on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        used = Organisation.objects.exclude(country="").order_by().values_list("country", flat=True).distinct()
        self._offer("kind", Organisation.Kind.choices)
        self._offer("type", [(name, name) for name in StakeholderType.objects.values_list("name", flat=True)])
        self._offer("country", sorted(((code, country_name(code)) for code in used), key=lambda pair: pair[1]))
        self._offer("belongs", [(name, label) for name, (label, _kinds) in BELONGING.items()])
        self.fields["on"].error_messages["invalid"] = _(
            "“%(value)s” is not a day. Write it as 2026-11-21. The counts are those of today."
        ) % {"value": str(self.data.get("on", ""))[:40]}

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        field.choices = [("", _("All")), *choices]  # type: ignore[attr-defined]
        field.error_messages["invalid_choice"] = _("“%(value)s” is not one of the choices.")

    def clean_q(self) -> str:
        """No null character: PostgreSQL cannot take it."""
        return str(self.cleaned_data["q"]).replace("\0", "").strip()

    def chosen(self) -> dict[str, Any]:
        """What was understood; what was not filters nothing."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields} if self.is_bound else {}

    def day(self) -> dt.date:
        """The day asked for, or today."""
        return self.chosen().get("on") or timezone.localdate()

    def narrow(self, rows: Any) -> Any:
        """The organisations that the filters ask for; the name is looked at by the caller, in Python."""
        chosen = self.chosen()
        for name in ("kind", "country"):
            if chosen.get(name):
                rows = rows.filter(**{name: chosen[name]})
        if chosen.get("type"):
            rows = rows.filter(stakeholder_types__name=chosen["type"])
        if chosen.get("belongs"):
            _label, kinds = BELONGING[chosen["belongs"]]
            belonging = Organisation.objects.belonging_on(self.day(), *(kinds or BELONGING["any"][1]))
            rows = rows.filter(pk__in=belonging) if kinds else rows.exclude(pk__in=belonging)
        return rows


class OrganisationForm(forms.ModelForm):
    """Makes or changes an organisation. Secret fields come empty and stay as they are when left empty."""

    country = forms.ChoiceField(label=_("Country"), required=False)
    stakeholder_types = forms.ModelMultipleChoiceField(
        label=_("Stakeholder types"),
        queryset=StakeholderType.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    new_type = forms.CharField(label=_("Another type"), max_length=60, required=False)
    website = forms.URLField(label=_("Website"), max_length=200, required=False, assume_scheme="https")
    clear = forms.BooleanField(label=_("Take the secret address, phone and e-mail away"), required=False)

    class Meta:
        model = Organisation
        fields = [
            *("name", "kind", "country", "stakeholder_types", "new_type", "transparency_register_id", "represents"),
            *("website", "postal_address", "phone", "email", "is_confidential", "clear", "note"),
        ]
        labels = {"represents": _("Whom it speaks for")}
        help_texts = {
            "transparency_register_id": _("6 to 15 digits, a hyphen, 2 digits. A letter to the EU names it."),
            "represents": _("One sentence, such as “26 organisations against trafficking in 23 countries”."),
            "is_confidential": _(
                "Then address, phone and e-mail are never printed, exported, mailed or searched, and an approver sees "
                "them on purpose only, which is recorded. Tick it when people there are at risk if the place is known."
            ),
        }
        widgets = {
            "postal_address": forms.Textarea(attrs={"rows": 3}),
            "represents": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [  # type: ignore[attr-defined]
            ("", _("Not known")),
            *countries(self.instance.country),
        ]
        if self.instance.is_platform:
            self.fields["kind"].disabled = True
        else:
            kinds = [pair for pair in Organisation.Kind.choices if pair[0] != Organisation.Kind.PLATFORM]
            self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.was_secret = bool(self.instance.pk and self.instance.is_confidential)
        if not self.was_secret:
            del self.fields["clear"]
            return
        for name in SECRET_FIELDS:
            self.initial[name] = ""
            self.fields[name].help_text = KEPT
        if not user.has_perm(PERMISSION):
            # Whoever may not see the address may not make it public either.
            self.fields["is_confidential"].disabled = True
            self.fields["is_confidential"].help_text = _("An approver may say that it is no longer secret.")

    def clean_name(self) -> str:
        """A name that no other organisation has, whatever the case and accents."""
        name = one_line(self.cleaned_data["name"])
        others = Organisation.objects.exclude(pk=self.instance.pk).values_list("name", flat=True)
        if sort_key(name) in {sort_key(other) for other in others}:
            raise ValidationError(NAME_TAKEN)
        return name

    def clean_email(self) -> str:
        """One address one can write to."""
        text = self.cleaned_data["email"]
        try:
            return clean_address(text) if text else ""
        except AddressError as error:
            raise ValidationError(str(error)) from error

    def clean_transparency_register_id(self) -> str:
        """Without the spaces that copying brings along; the model looks at its form."""
        return "".join(self.cleaned_data["transparency_register_id"].split())

    def clean_new_type(self) -> str:
        """One word or a few."""
        return one_line(self.cleaned_data["new_type"])

    def types(self) -> list[StakeholderType]:
        """The types that are ticked and the new one, made when nobody has it yet."""
        chosen = list(self.cleaned_data["stakeholder_types"])
        name = self.cleaned_data["new_type"]
        if name:
            known = {sort_key(one.name): one for one in StakeholderType.objects.all()}
            chosen.append(known.get(sort_key(name)) or StakeholderType.objects.create(name=name))
        return chosen

    def forget_secrets(self) -> None:
        """Leave what was typed as a secret out of the page that shows the errors."""
        if self.was_secret or self.data.get("is_confidential"):
            self.data = self.data.copy()  # type: ignore[attr-defined]
            for name in SECRET_FIELDS:
                if self.data.get(name):
                    self.data[name] = ""  # type: ignore[index]
                    self.add_error(name, _("Type it again: a secret is not sent back to the page."))

    def values(self) -> dict[str, Any]:
        """The columns to set. Of a secret, an empty field means "as it is"; the box takes all three away."""
        values = {name: self.cleaned_data[name] for name in WORDS if name in self.cleaned_data}
        if not self.was_secret:
            return values
        if self.cleaned_data["clear"]:
            return values | dict.fromkeys(SECRET_FIELDS, "")
        return {name: value for name, value in values.items() if name not in SECRET_FIELDS or value}


class MembershipForm(forms.ModelForm):
    """How an organisation belongs to the platform, from when to when."""

    started_on = day_field(_("Since"), _("Empty: it has always been one, as far as we know."))
    ended_on = day_field(_("Until"), _("Its last day. Empty: it still is one."))

    class Meta:
        model = OrganisationMembership
        fields = ["kind", "is_founder", "started_on", "ended_on"]
        labels = {"kind": _("Belongs to us as"), "is_founder": _("Founding member")}

    def clean(self) -> dict[str, Any]:
        """Days in their order, one membership of a kind at a time, and only a member is a founder."""
        data = super().clean() or {}
        start, end = data.get("started_on"), data.get("ended_on")
        if start and end and end < start:
            self.add_error("ended_on", _("This day lies before the first one."))
        if data.get("is_founder") and data.get("kind") != OrganisationMembership.Kind.MEMBER:
            self.add_error("is_founder", _("Only a member can be a founding member."))
        if not self.errors and self._overlaps(data["kind"], start, end):
            raise ValidationError(OVERLAPS)
        return data

    def _overlaps(self, kind: str, start: dt.date | None, end: dt.date | None) -> bool:
        others = OrganisationMembership.objects.filter(organisation=self.instance.organisation, kind=kind)
        if start:
            others = others.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=start))
        if end:
            others = others.filter(Q(started_on__isnull=True) | Q(started_on__lte=end))
        return others.exclude(pk=self.instance.pk).exists()


class PostForm(forms.ModelForm):
    """Who works at an organisation, as what, from when to when, and for which country one asks them."""

    contact = forms.ModelChoiceField(
        label=_("Person"), queryset=Contact.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    national_contact_for = forms.ChoiceField(label=_("National contact for"), required=False)
    started_on = day_field(_("Since"))
    ended_on = day_field(_("Until"), _("Their last day. Empty: they still work there."))

    class Meta:
        model = Post
        fields = ["contact", "title", "national_contact_for", "started_on", "ended_on"]
        labels = {"title": _("What they do there")}

    def __init__(self, *args: Any, people: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = countries(self.instance.national_contact_for, self.instance.organisation.country)
        self.fields["national_contact_for"].choices = [("", _("No country")), *choices]  # type: ignore[attr-defined]
        if self.instance.pk:
            del self.fields["contact"]
        else:
            self.fields["contact"].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Days in their order; a person has one open post of a name at an organisation."""
        data = super().clean() or {}
        start, end = data.get("started_on"), data.get("ended_on")
        if start and end and end < start:
            self.add_error("ended_on", _("This day lies before the first one."))
        person = self.instance.contact if self.instance.pk else data.get("contact")
        same = Post.objects.filter(contact=person, organisation=self.instance.organisation, ended_on__isnull=True)
        same = same.filter(title=data.get("title", "")).exclude(pk=self.instance.pk)
        if person and not end and same.exists():
            raise ValidationError(_("This person has this post already."))
        return data
