"""Forms of lists: the list itself with what people agree to, and adding somebody with proof."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.addresses import AddressError, clean_address, email_key
from contacts.models import ContactList
from contacts.models.people import ContactQuerySet
from contacts.offering import lacks

# Pages beside those of lists: /en/subscribe/sent/.
RESERVED = {"sent", "embed"}


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
        fields = ["name", "description", "slug", "is_open", "counts_clicks", "soft_bounce_limit"]
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "description": _("For colleagues: what it is for, and how often it goes out."),
            "slug": _("The last part of its public page's address: “network” makes /en/subscribe/network/."),
            "is_open": _("People join by themselves on its public page, and its issues stand in the public archive."),
            "counts_clicks": _(
                "Off, links stay as you wrote them. On, links of its issues lead over this site, which counts how "
                "often each was followed on a day: no reader, no address, no time of day. The issue says so."
            ),
            "soft_bounce_limit": _(
                "After so many issues in a row that came back as “not now”, somebody gets none until they are brought "
                "back."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["soft_bounce_limit"].required = False
        if self.instance.pk and (wording := self.instance.wording):
            self.initial["wording"] = wording.text

    def clean_slug(self) -> str | None:
        """No address is none, not an empty one: two lists may have none. Raises ValidationError for one of ours."""
        slug = self.cleaned_data["slug"] or None
        if slug in RESERVED:
            raise ValidationError(_("This address is one of the site's own pages. Choose another."))
        return slug

    def clean_soft_bounce_limit(self) -> int:
        """At least one issue may come back; empty: as it was."""
        limit = self.cleaned_data["soft_bounce_limit"]
        if limit is not None and not 1 <= limit <= 20:
            raise ValidationError(_("Give a number from 1 to 20."))
        return limit or self.instance.soft_bounce_limit

    def clean(self) -> dict[str, Any]:
        """A list is opened only with all that its public page shows."""
        found = super().clean() or {}
        if found.get("is_open") and "slug" in found:
            self.instance.slug = found["slug"]
            for sentence in lacks(self.instance):
                self.add_error("is_open", sentence)
        return found

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
