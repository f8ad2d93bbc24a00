"""Forms of lists: the list itself with what people agree to, and adding somebody with proof."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.addresses import AddressError, clean_address, email_key
from contacts.models import ContactList
from contacts.models.people import ContactQuerySet


class ListForm(forms.ModelForm):
    """Name, description and what people agree to when they join."""

    wording = forms.CharField(
        label=_("What people agree to"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "The sentence they see beside the button: who sends what, how often, and that they can leave at any time. "
            "A change makes a new version; who agreed before keeps the one they saw."
        ),
    )

    class Meta:
        model = ContactList
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"description": _("For colleagues: what it is for, and how often it goes out.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and (wording := self.instance.wording):
            self.initial["wording"] = wording.text

    def clean_name(self) -> str:
        """One name a list, whatever the owner and the case."""
        name = " ".join(self.cleaned_data["name"].split())
        if ContactList.objects.exclude(pk=self.instance.pk).filter(name__iexact=name).exists():
            raise ValidationError(_("There is a list with this name already. Choose another."))
        return name


class ProofForm(forms.Form):
    """Somebody who consented elsewhere: their address, where the proof lies, and the day."""

    email = forms.CharField(label=_("Their e-mail address"), max_length=254)
    source = forms.CharField(
        label=_("Where the proof lies"),
        max_length=200,
        help_text=_("“Paper form of the conference, folder 12”. It is kept for ever, so write no name here."),
    )
    given_on = forms.DateField(
        label=_("Day on which they agreed"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, people: ContactQuerySet, **kwargs: Any) -> None:
        """`people`: those whom the colleague may see; of others the form says nothing."""
        super().__init__(*args, **kwargs)
        self.people = people

    def clean_email(self) -> str:
        """An address one can write to, of somebody we know; `person` holds who."""
        try:
            address = clean_address(self.cleaned_data["email"])
        except AddressError as error:
            raise ValidationError(str(error)) from error
        self.person = self.people.living().filter(email_key=email_key(address)).first()
        if self.person is None:
            raise ValidationError(
                _("Nobody here has this address. Add the person first, with a spreadsheet or by hand.")
            )
        return address

    def clean_given_on(self) -> Any:
        """Not a day to come."""
        day = self.cleaned_data["given_on"]
        if day > timezone.localdate():
            raise ValidationError(_("That day has not come yet. Give the day on which the person agreed."))
        return day


class AddressForm(forms.Form):
    """One address, for a look at the do-not-write list or to put it there."""

    email = forms.CharField(
        label=_("E-mail address"), max_length=254, widget=forms.TextInput(attrs={"inputmode": "email"})
    )

    def clean_email(self) -> str:
        """An address one can write to."""
        try:
            return clean_address(self.cleaned_data["email"])
        except AddressError as error:
            raise ValidationError(str(error)) from error


class SuppressForm(AddressForm):
    """An address to put on the do-not-write list, and why."""

    reason = forms.ChoiceField(
        label=_("Why"), choices=[("objection", _("Asked us not to write")), ("complaint", _("Complained"))]
    )
