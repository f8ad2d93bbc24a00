"""Forms of a sign-on in the workspace: its terms, asking an organisation, another signer, answering a wish."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advocacy.inviting import Signer, Terms
from advocacy.languages import language_choices
from advocacy.models import Signatory, SignOn, Statement
from contacts.addresses import AddressError, clean_address
from contacts.confidentiality import shown_address
from contacts.forms.one_line import OneLineField
from contacts.forms.organisations import countries
from contacts.languages import preferred_language
from contacts.models import Organisation
from contacts.models.organisations import check_register_number
from contacts.names import sort_key

UNKNOWN = _("No organisation has this name. Choose one of the list, or say that it is new.")
_TEXT = {"class": "input"}


class NumberField(OneLineField):
    """A number of the Transparency Register, without the spaces that copying brings along."""

    default_validators = [check_register_number]

    def to_python(self, value: Any) -> str:
        """No space inside."""
        return super().to_python(value).replace(" ", "")


class MailField(forms.CharField):
    """One address one can write to."""

    def clean(self, value: Any) -> str:
        """The address in its normal spelling."""
        text = super().clean(value)
        try:
            return clean_address(text) if text else ""
        except AddressError as error:
            raise ValidationError(str(error)) from error


class OrganisationNames:
    """The organisations a colleague may choose from, by name; read once."""

    def __init__(self, user: Any) -> None:
        rows = Organisation.objects.visible_to(user)
        self.rows = {sort_key(row.name): row for row in rows}

    def names(self) -> list[str]:
        """All names, for the browser's list of suggestions."""
        return sorted((row.name for row in self.rows.values()), key=sort_key)

    def find(self, name: str) -> Organisation | None:
        """The organisation of this name, whatever the case and accents."""
        return self.rows.get(sort_key(name))


def _moment_field(label: Any, **options: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local", **_TEXT}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **options)


class TermsForm(forms.Form):
    """Until when, who leads, in which order the names are printed."""

    deadline = _moment_field(_("Answers until"), help_text=_("In the office's time zone."))
    lead = OneLineField(label=_("Led by"), max_length=200, widget=forms.TextInput(_TEXT | {"list": "organisations"}))
    order = forms.ChoiceField(
        label=_("Names are printed"), choices=SignOn.Order.choices, widget=forms.Select(_TEXT), initial="name"
    )
    remind_days = forms.IntegerField(
        label=_("Days between reminders"),
        min_value=0,
        max_value=90,
        initial=7,
        widget=forms.NumberInput(_TEXT),
        help_text=_("0: nobody is reminded unless a colleague does it."),
    )
    note = forms.CharField(
        label=_("Note to those who are asked"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"class": "textarea", "rows": 3}),
    )

    def __init__(self, *args: Any, statement: Statement, sign_on: SignOn | None, known: OrganisationNames, **kw: Any):
        kw.setdefault("initial", _terms_now(statement, sign_on))
        kw["prefix"] = "terms"
        super().__init__(*args, **kw)
        self.known = known
        self.fields["remind_days"].required = True

    def clean_deadline(self) -> datetime:
        """A moment that lies ahead."""
        deadline: datetime = self.cleaned_data["deadline"]
        if deadline <= timezone.now():
            raise ValidationError(_("This moment has passed. Choose one that lies ahead."))
        return deadline

    def clean_lead(self) -> Organisation:
        """An organisation we know."""
        found = self.known.find(self.cleaned_data["lead"])
        if found is None:
            raise ValidationError(_("No organisation has this name. Add it to the organisations first."))
        return found

    def clean_note(self) -> str:
        """Without null characters."""
        return str(self.cleaned_data["note"]).replace("\0", "").strip()

    def terms(self) -> Terms:
        """What was set; call it on a valid form."""
        return Terms(**self.cleaned_data)


def _terms_now(statement: Statement, sign_on: SignOn | None) -> dict[str, Any]:
    if sign_on is None:
        return {"lead": statement.owner.name}
    return {
        "deadline": timezone.localtime(sign_on.deadline),
        "lead": sign_on.lead.name,
        "order": sign_on.order,
        "remind_days": sign_on.remind_days,
        "note": sign_on.note,
    }


class SignerForm(forms.Form):
    """Who answers for an organisation that was asked; an empty address keeps a secret one."""

    signer = OneLineField(label=_("Name of the signer"), max_length=120, widget=forms.TextInput(_TEXT))
    role = OneLineField(label=_("Function"), max_length=120, required=False, widget=forms.TextInput(_TEXT))
    email = MailField(label=_("E-mail of the signer"), max_length=254, widget=forms.EmailInput(_TEXT))
    language = forms.ChoiceField(label=_("Written to in"), required=False, widget=forms.Select(_TEXT))

    def __init__(self, *args: Any, signatory: Signatory | None = None, **kwargs: Any) -> None:
        if signatory is not None:
            kwargs.setdefault("initial", {"signer": signatory.signer, "role": signatory.role})
            kwargs["initial"] |= {"email": address_shown(signatory), "language": signatory.language}
        super().__init__(*args, **kwargs)
        self.signatory = signatory
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", _("By the country")),
            *language_choices(),
        ]
        if signatory is not None and not address_shown(signatory):
            self.fields["email"].required = False
            self.fields["email"].help_text = _("Kept and not shown. Leave it empty to keep it.")

    def signer_of(self, country: str) -> Signer:
        """Who was named; call it on a valid form. `country` (ISO code) decides the language where none was chosen."""
        data = self.cleaned_data
        email = data["email"] or (self.signatory.email if self.signatory else "")
        return Signer(data["signer"], data["role"], email, data["language"] or preferred_language(country))


def address_shown(signatory: Signatory) -> str:
    """The signer's address as a page may show it; "" where it is secret."""
    return "" if signatory.organisation.is_confidential else shown_address(signatory.email)


class InviteForm(SignerForm):
    """An organisation to ask: one we know, or a new one."""

    organisation = OneLineField(
        label=_("Organisation"), max_length=200, widget=forms.TextInput(_TEXT | {"list": "organisations"})
    )
    is_new = forms.BooleanField(label=_("It is new: add it to the organisations"), required=False)
    country = forms.ChoiceField(
        label=_("Country"), required=False, widget=forms.Select(_TEXT), help_text=_("Of a new organisation.")
    )
    register = NumberField(
        label=_("Transparency Register number"),
        max_length=20,
        required=False,
        widget=forms.TextInput(_TEXT),
        help_text=_("Of a new organisation, if it has one, such as 153882995425-37."),
    )
    field_order = ["organisation", "is_new", "country", "register", "signer", "role", "email", "language"]

    def __init__(self, *args: Any, known: OrganisationNames, **kwargs: Any) -> None:
        kwargs["prefix"] = "invite"
        super().__init__(*args, **kwargs)
        self.known = known
        self.fields["country"].choices = [("", _("Not known")), *countries()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A name we know, or a new one that is said to be new."""
        data = super().clean() or {}
        name = data.get("organisation", "")
        found = self.known.find(name) if name else None
        if name and found is None and not data.get("is_new"):
            self.add_error("organisation", UNKNOWN)
        if found is not None and data.get("is_new"):
            self.add_error("is_new", _("An organisation of this name is known already. Leave this box empty."))
        data["found"] = found
        return data


class ReplyForm(forms.Form):
    """The answer to a wish for a change."""

    text = forms.CharField(
        label=_("Your answer"), max_length=2000, widget=forms.Textarea({"class": "textarea", "rows": 3})
    )

    def clean_text(self) -> str:
        """Without null characters."""
        return str(self.cleaned_data["text"]).replace("\0", "").strip()
