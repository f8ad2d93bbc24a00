"""Forms of letters: starting one, its texts, its details, who approves it. When it leaves: mailing/scheduling.py."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from advocacy.forms.events import CampaignChoice
from advocacy.forms.statements import page_name
from advocacy.languages import language_choices
from advocacy.models import Campaign
from advocacy.richtext import RichTextField, RichTextWidget
from contacts.forms.one_line import OneLineField
from mailing import merge
from mailing.alternatives import place_labels
from mailing.drafting import Words
from mailing.models import Mailing, MailingContent, Sender
from mailing.senders import FASTEST, host_name, is_register_number
from transport.dkim import SELECTOR

LINK_FIELDS = [name for name, field in merge.FIELDS.items() if field.is_link]


def _input(**attrs: Any) -> forms.TextInput:
    return forms.TextInput({"class": "input", **attrs})


class StartForm(forms.Form):
    """What a letter without a statement needs before anybody writes."""

    title = OneLineField(
        label=_("Title"), max_length=200, widget=_input(), help_text=_("For the desk; readers see the subject.")
    )
    language = forms.ChoiceField(
        label=_("Written in"),
        choices=language_choices,
        initial="en",
        help_text=_("Whoever has no version in their language gets this one."),
        widget=forms.Select({"class": "input"}),
    )


class DetailsForm(forms.Form):
    """The letter's name on the desk, who it comes from, and the campaign whose story tells of it."""

    title = OneLineField(label=_("Title"), max_length=200, widget=_input())
    sender = forms.ModelChoiceField(
        label=_("From"), queryset=Sender.objects.none(), empty_label=None, widget=forms.Select({"class": "input"})
    )

    def __init__(self, *args: Any, user: User, mailing: Mailing, **kwargs: Any) -> None:
        initial = {"title": mailing.title, "sender": mailing.sender_id, "campaign": mailing.campaign_id}
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        senders = Sender.objects.visible_to(user)
        self.fields["sender"].queryset = senders  # type: ignore[attr-defined]
        # Read once: drawing the field asks for its first choice and then for all.
        self.fields["sender"].choices = [(sender.pk, str(sender)) for sender in senders]  # type: ignore[attr-defined]
        campaigns = Campaign.objects.visible_to(user).with_title()
        self.fields["campaign"] = CampaignChoice(
            campaigns, label=_("Campaign"), required=False, widget=forms.Select({"class": "input"})
        )


class TextForm(forms.Form):
    """One language version, with the number of the edition that the page was opened on (0: not begun)."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    page = forms.CharField(widget=forms.HiddenInput, max_length=32, required=False)
    subject = OneLineField(
        label=_("Subject"),
        max_length=150,
        widget=_input(),
        help_text=_("A phone shows about the first 40 characters; 150 fit."),
    )
    body = RichTextField(label=_("Letter"), link_fields=LINK_FIELDS)
    is_reviewed = forms.BooleanField(
        label=_("A speaker has read this version: it may be sent"),
        required=False,
        help_text=_("Readers of a language without a reviewed version get the source."),
    )

    def __init__(self, *args: Any, content: MailingContent, **kwargs: Any) -> None:
        names = ("edition", "subject", "body", "is_reviewed")
        edition = content.edition if content.pk else 0
        kwargs.setdefault(
            "initial", {**{name: getattr(content, name) for name in names}, "edition": edition, "page": page_name()}
        )
        super().__init__(*args, **kwargs)
        chips = [(name, field.label) for name, field in merge.FIELDS.items()]
        chips += place_labels(content.mailing)
        self.fields["body"].widget = RichTextWidget(chips, language=content.language)
        self.fields["subject"].widget.attrs["lang"] = content.language

    def clean_subject(self) -> str:
        """Refuse what is outside the merge language."""
        return self._checked(self.cleaned_data["subject"], html=False)

    def clean_body(self) -> str:
        """Refuse what is outside the merge language."""
        return self._checked(self.cleaned_data["body"], html=True)

    def _checked(self, text: str, *, html: bool) -> str:
        problems = merge.check(text, html=html)
        if problems:
            raise forms.ValidationError([forms.ValidationError(problem) for problem in problems])
        return text

    def words(self) -> Words:
        """What was typed; call it on a valid form."""
        data = self.cleaned_data
        return Words(data["subject"], data["body"], data["is_reviewed"], data["page"])


class TestForm(forms.Form):
    """To whom a test goes and as which recipient would read it."""

    to = forms.EmailField(label=_("To"), widget=forms.EmailInput({"class": "input", "autocomplete": "email"}))
    n = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)


class SubmitForm(forms.Form):
    """Whom to ask for approval, and what to tell them."""

    approver = forms.ModelChoiceField(
        label=_("Colleague"),
        queryset=User.objects.none(),
        empty_label=_("Choose a colleague"),
        widget=forms.Select({"class": "input"}),
    )
    note = forms.CharField(
        label=_("Note"), max_length=500, required=False, widget=forms.Textarea({"class": "textarea", "rows": 3})
    )

    def __init__(self, *args: Any, approvers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = User.objects.filter(pk__in=[person.pk for person in approvers]).order_by("name")
        self.fields["approver"].queryset = found  # type: ignore[attr-defined]
        # The people are known: the page does not ask for them a second time.
        named = [("", _("Choose a colleague")), *((person.pk, str(person)) for person in approvers)]
        self.fields["approver"].widget.choices = named
        if len(approvers) == 1:
            self.fields["approver"].initial = approvers[0].pk


class SenderForm(forms.ModelForm):
    """Who a letter comes from and who signs it."""

    class Meta:
        model = Sender
        fields = [
            "name", "from_email", "reply_to", "person", "person_role", "place", "pace_per_minute", "bounce_domain",
            "dkim_selector",
        ]  # fmt: skip
        field_classes = dict.fromkeys(["name", "person", "person_role", "place"], OneLineField)
        help_texts = {
            "from_email": _("Its domain stands in every message number and must be ours."),
            "reply_to": _("A real person’s address: answers and objections go there."),
            "pace_per_minute": _("Messages a minute at most, all its letters together. Empty: no limit of its own."),
            "bounce_domain": _(
                "A host name such as bounces.example.org whose mail we read: what cannot be delivered comes back "
                "there, so that we know whose letter it was. Empty: it comes back to the address above."
            ),
        }

    # No field of the model here: that another sender is the default is no fault, saving takes it from that one.
    is_default = forms.BooleanField(label=_("New letters begin with this sender"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_default"].initial = self.instance.is_default
        self.fields["pace_per_minute"].widget.attrs |= {"min": 1, "max": FASTEST}
        self.fields["pace_per_minute"].validators += [
            MinValueValidator(1, _("Write 1 or more, or leave it empty.")),
            MaxValueValidator(FASTEST, _("Write %(limit_value)d or less, or leave it empty.")),
        ]

    def clean_bounce_domain(self) -> str:
        """A host name in small ASCII letters; IDNA where it has others."""
        name = str(self.cleaned_data["bounce_domain"]).strip().rstrip(".")
        if not name:
            return ""
        try:
            return host_name(name)
        except ValueError:
            raise forms.ValidationError(
                _("“%(name)s” is no host name. Write it without http:// and without @, such as bounces.example.org.")
                % {"name": name}
            ) from None

    def clean_dkim_selector(self) -> str:
        """Names as they stand before ._domainkey, several with a comma between them."""
        names = self.cleaned_data["dkim_selector"].replace(",", " ").split()
        wrong = next((name for name in names if not SELECTOR.fullmatch(name)), None)
        if wrong is not None:
            sentence = _("“%(name)s” is no selector. Write what stands before ._domainkey, such as news2026.")
            raise forms.ValidationError(sentence % {"name": wrong[:60]})
        return ", ".join(names)


class RegisterForm(forms.Form):
    """The organisation's number in the EU Transparency Register."""

    number = forms.CharField(
        label=_("Number in the EU Transparency Register"),
        max_length=20,
        widget=_input(),
        help_text=_("Such as 153882995425-37, or the words “not registered”. It stands on every letter."),
    )

    def clean_number(self) -> str:
        """Refuse what is neither a number in shape nor the two words."""
        number = " ".join(self.cleaned_data["number"].split())
        if not is_register_number(number):
            raise forms.ValidationError(_("Write digits, a hyphen and two digits, or “not registered”."))
        return number
