"""The form with a reader's settings, and the one that asks for the link to them."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from advocacy.languages import own_name
from contacts.addresses import AddressError, clean_address
from contacts.languages import country_name, default_languages
from contacts.models import ListText, Subscription, TopicText
from contacts.open_lists import languages_of, text_of
from contacts.preferences import Wishes

LONGEST = 254
SELECT = {"class": "input"}


@dataclass(frozen=True)
class TopicRow:
    """One topic to tick: its id, what it says in the reader's language, whether it is ticked."""

    pk: int
    text: TopicText
    ticked: bool


@dataclass(frozen=True)
class ListRow:
    """One list of the reader: the subscription's id, the list's words, its topics."""

    pk: int
    text: ListText
    topics: list[TopicRow]


class _Numbers(forms.MultipleChoiceField):
    """Ids that were ticked. One that is gone meanwhile is no mistake: whoever saves leaves it out."""

    def valid_value(self, value: str) -> bool:
        """Whatever is sent."""
        return True

    def clean(self, value: Any) -> Any:
        """Those that are numbers, as numbers."""
        found = super().clean(value)
        return frozenset(int(text) for text in found if text.isascii() and text.isdigit() and len(text) < 19)


class PreferencesForm(forms.Form):
    """Language, country, lists and topics. `rows` are the reader's active subscriptions."""

    language = forms.ChoiceField(label=_("Language"), widget=forms.Select(attrs=SELECT))
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        widget=forms.Select(attrs=SELECT),
        help_text=_("So that we can show you your country’s points."),
    )
    lists = _Numbers(required=False)
    lists_shown = _Numbers(required=False)
    topics = _Numbers(required=False)
    topics_shown = _Numbers(required=False)

    def __init__(self, *args: Any, rows: list[Subscription], lang: str, has_country: bool, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "p-%s"} | kwargs)
        self.rows, self.lang = rows, lang
        codes = {code for row in rows for code in languages_of(row.contact_list)} | {self.initial["language"]}
        self._choose("language", sorted(((code, own_name(code)) for code in codes), key=lambda pair: pair[1]))
        if not has_country:
            del self.fields["country"]
            return
        countries = {*default_languages(), self.initial["country"]} - {""}
        named = sorted(((code, country_name(code)) for code in countries), key=lambda pair: pair[1])
        self._choose("country", [("", _("Not said")), *named])

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above; tells mypy
        field.choices = choices
        field.error_messages["required"] = field.error_messages["invalid_choice"] = _("Choose one of the list.")

    def lists_to_show(self) -> list[ListRow]:
        """The lists with their topics, as they stand now: open ones, and closed ones that the reader has."""
        return [ListRow(row.pk, text_of(row.contact_list, self.lang), self._topics(row)) for row in self.rows]

    def _topics(self, row: Subscription) -> list[TopicRow]:
        chosen = {topic.pk for topic in row.topics.all()}
        found = []
        for topic in row.contact_list.topics.all():
            if not topic.is_open and topic.pk not in chosen:
                continue
            texts = {text.language: text for text in topic.texts.all()}
            text = texts.get(self.lang) or texts.get("en") or next(iter(texts.values()), TopicText(name=topic.slug))
            found.append(TopicRow(topic.pk, text, topic.pk in chosen))
        return found

    def wishes(self) -> Wishes:
        """What was chosen, of a form that is valid."""
        given = self.cleaned_data
        return Wishes(
            language=given["language"],
            country=given.get("country"),
            lists=given["lists"],
            lists_shown=given["lists_shown"],
            topics=given["topics"],
            topics_shown=given["topics_shown"],
        )


class LinkForm(forms.Form):
    """An address. `website` is for machines that fill in whatever they see."""

    email = forms.CharField(
        label=_("E-mail address"),
        help_text=_("The one to which we write."),
        max_length=LONGEST,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
        error_messages={"required": _("Write your e-mail address, like name@example.org.")},
    )
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

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
