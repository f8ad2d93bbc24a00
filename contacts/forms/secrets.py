"""The form in front of a secret address."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.confidentiality import LONGEST_REASON


class ReasonForm(forms.Form):
    """Why somebody needs to see a secret address; contacts.confidentiality.reveal decides whether it will do."""

    reason = forms.CharField(
        label=_("What do you need it for?"),
        max_length=LONGEST_REASON,
        help_text=_("A few words, such as “parcel with leaflets”. Not the address itself."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
