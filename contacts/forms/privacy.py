"""Forms about a person's own data."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.erasure import REASONS


class ErasureForm(forms.Form):
    """Why a person is erased, and that whoever does it means it."""

    reason = forms.ChoiceField(
        label=_("Why"), choices=[(code, words) for code, words in REASONS.items() if code in ("asked", "mistake")]
    )
    is_meant = forms.BooleanField(label=_("Erase this person for good. It cannot be undone."))
