"""The form of one row of the salutation table."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from contacts.models import Salutation

PLACEHOLDERS = {"{given_name}", "{family_name}"}


def check_placeholders(text: str) -> str:
    """Refuse every brace that is not one of the two placeholders. Raises ValidationError with a sentence."""
    left = text
    for placeholder in PLACEHOLDERS:
        left = left.replace(placeholder, "")
    if "{" in left or "}" in left:
        found = re.search(r"\{[^{}]*\}?|\}", left)
        wrong = found.group() if found else "{"
        raise ValidationError(
            _("“%(wrong)s” is not known. Write {given_name} or {family_name}."), params={"wrong": wrong}
        )
    return text


class SalutationForm(forms.ModelForm):
    """Opening and closing of one language and gender, and whether a person checked them."""

    class Meta:
        model = Salutation
        fields = ["opening", "closing", "note", "is_checked"]
        labels = {
            "opening": _("Opening"),
            "closing": _("Closing"),
            "note": _("Note for colleagues"),
            "is_checked": _("Checked by somebody who writes this language"),
        }
        help_texts = {"opening": _("May hold {given_name} and {family_name}, with the comma or sign that follows.")}

    def clean_opening(self) -> str:
        """Known placeholders only."""
        return check_placeholders(self.cleaned_data["opening"])

    def clean_closing(self) -> str:
        """A closing holds no placeholder at all: nothing fills it."""
        closing = self.cleaned_data["closing"]
        if "{" in closing or "}" in closing:
            raise ValidationError(_("A closing holds no name. Take the braces out."))
        return closing
