"""The form with which somebody asks for a list, and the one that confirms."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from advocacy.languages import own_name
from contacts.addresses import AddressError, clean_address
from contacts.models import ConsentWording, ContactList
from contacts.open_lists import Offer, languages_of, topics_offered

LONGEST = 254


class _Topics(forms.MultipleChoiceField):
    """Ticks among the open topics. One that was closed meanwhile is no mistake: `chosen` leaves it out."""

    def valid_value(self, value: str) -> bool:
        """Whatever is sent."""
        return True


class _Agreeing(forms.Form):
    """A form that shows what people agree to, and says which wording it was."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, contact_list: ContactList, lang: str, **kwargs: Any) -> None:
        self.contact_list = contact_list
        self.wording = contact_list.wording_in(lang)
        self.offers: list[Offer] = topics_offered(contact_list, lang)
        super().__init__(*args, **{"auto_id": "s-%s"} | kwargs)
        self.fields["shown"].initial = self.wording.pk if self.wording else ""
        self.fields["topics"] = _Topics(required=False)

    def clean_shown(self) -> ConsentWording | None:
        """The wording that stood on the page when it was opened; one of another list, or none, is the present one."""
        named = self.cleaned_data["shown"]
        if named.isascii() and named.isdigit() and len(named) < 19:
            return self.contact_list.wordings.filter(pk=int(named)).first() or self.wording
        return self.wording

    def chosen(self) -> list[int]:
        """Ids of the open topics that were ticked."""
        given = set(self.cleaned_data.get("topics", []))
        return [offer.pk for offer in self.offers if str(offer.pk) in given]

    def ticked(self) -> set[int]:
        """Ids of the topics that stand ticked when the page is shown, whatever was sent."""
        given = {str(pk) for pk in self["topics"].value() or []}
        return {offer.pk for offer in self.offers if str(offer.pk) in given}


class SubscribeForm(_Agreeing):
    """An address and a language; nothing else is needed. `website` is for machines that fill in whatever they see."""

    email = forms.CharField(
        label=_("E-mail address"),
        help_text=_("Used for this letter and for nothing else."),
        max_length=LONGEST,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
        error_messages={"required": _("Write your e-mail address, like name@example.org.")},
    )
    language = forms.ChoiceField(label=_("Language"), widget=forms.Select(attrs={"class": "input"}))
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, contact_list: ContactList, lang: str, **kwargs: Any) -> None:
        super().__init__(*args, contact_list=contact_list, lang=lang, **kwargs)
        codes = languages_of(contact_list)
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above; tells mypy
        field.choices = [(code, own_name(code)) for code in codes]
        field.initial = lang if lang in codes else text_language(codes)
        # A form on another site may have no such field.
        field.required = False

    def clean_email(self) -> str:
        """The address in its normal spelling, or a sentence in the reader's language."""
        text = self.cleaned_data["email"]
        if "@" not in text:
            raise forms.ValidationError(_("Write an address with an @, like name@example.org."))
        try:
            return clean_address(text)
        except AddressError as error:
            raise forms.ValidationError(
                _("Mail cannot be sent to this address. Look for a typing error; it should read like name@example.org.")
            ) from error

    def clean_language(self) -> str:
        """What was chosen, else the language of the page."""
        return self.cleaned_data["language"] or str(self.fields["language"].initial)


class ConfirmForm(_Agreeing):
    """Topics, and the button."""


def text_language(codes: list[str]) -> str:
    """The language that is chosen at first for a reader of none of these: English, else the first."""
    return "en" if "en" in codes else codes[0]
