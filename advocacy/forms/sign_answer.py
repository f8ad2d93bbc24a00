"""The signer's form on the public page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from advocacy.answering import Answer
from advocacy.forms.signing import NumberField
from advocacy.models import Signatory, Signature
from contacts.forms.one_line import OneLineField
from contacts.forms.organisations import countries

_TEXT = {"class": "input"}


def _plain(words: str) -> str:
    """Without null characters, which PostgreSQL cannot take, and with plain line ends."""
    return words.replace("\0", "").replace("\r\n", "\n").strip()


class AnswerForm(forms.Form):
    """The signer's answer on the public page, bound to the text that it showed."""

    answer = forms.ChoiceField(label=_("Your answer"), choices=Signature.Answer.choices)
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    name = OneLineField(
        label=_("Name as it should be printed"),
        max_length=200,
        required=False,
        widget=forms.TextInput(_TEXT | {"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(label=_("Country"), required=False, widget=forms.Select(_TEXT))
    register = NumberField(
        label=_("EU Transparency Register number"),
        max_length=20,
        required=False,
        widget=forms.TextInput(_TEXT),
        help_text=_("For example 000000000000-00. Empty is printed as “not registered”."),
    )
    by_name = OneLineField(
        label=_("Who decided"),
        max_length=120,
        required=False,
        widget=forms.TextInput(_TEXT | {"autocomplete": "name"}),
        help_text=_("Kept with the signature; printed only if you tick the box below."),
    )
    by_role = OneLineField(
        label=_("Function"),
        max_length=120,
        required=False,
        widget=forms.TextInput(_TEXT | {"autocomplete": "organization-title"}),
    )
    prints_signer = forms.BooleanField(label=_("Print this name and function too"), required=False)
    may_sign = forms.BooleanField(label=_("I may sign for this organisation"), required=False)
    change = forms.CharField(
        label=_("What should it say?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(_TEXT | {"rows": 4}),
        help_text=_("Name the paragraph by its number."),
    )
    why = forms.CharField(
        label=_("Anything we should know"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(_TEXT | {"rows": 3}),
    )

    def __init__(self, *args: Any, signatory: Signatory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signatory = signatory
        own = signatory.organisation.country
        self.fields["country"].choices = [("", _("Not said")), *countries(own)]  # type: ignore[attr-defined]
        self.fields["answer"].error_messages["required"] = _("Choose one of the answers.")

    def clean(self) -> dict[str, Any]:
        """What the chosen answer needs."""
        data = super().clean() or {}
        answer = data.get("answer")
        if answer == Signature.Answer.SIGNED:
            for name, sentence in (
                ("name", _("Write the name as it should be printed.")),
                ("by_name", _("Write who decided. It is kept with the signature.")),
                ("may_sign", _("Tick this box: only somebody who may sign can do so.")),
            ):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        if answer == Signature.Answer.ASKS_CHANGE and not data.get("change", "").strip():
            self.add_error("change", _("Write what the text should say."))
        return data

    def given(self) -> Answer:
        """The answer; call it on a valid form. What belongs to another answer is left out."""
        data = self.cleaned_data
        who: dict[str, Any] = {
            "by_name": data["by_name"] or self.signatory.signer,
            "by_role": data["by_role"] or self.signatory.role,
        }
        if data["answer"] == Signature.Answer.SIGNED:
            return Answer(
                data["answer"],
                data["seen"],
                **who,
                printed_name=data["name"],
                printed_country=data["country"],
                printed_register_id=data["register"],
                prints_signer=data["prints_signer"],
            )
        words = data["change"] if data["answer"] == Signature.Answer.ASKS_CHANGE else data["why"]
        return Answer(
            data["answer"], data["seen"], **who, comment=words.replace("\0", "").replace("\r\n", "\n").strip()
        )
