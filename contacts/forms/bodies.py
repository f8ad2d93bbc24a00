"""The forms of bodies and of seats set by hand."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Body, Membership
from transport.one_line import one_line


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class BodyForm(forms.ModelForm):
    """A body with its other names, one a line."""

    aliases = forms.CharField(
        label=_("Other names"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One a line, as files write it, in other languages too. A file that says one means this."),
    )

    class Meta:
        model = Body
        fields = ["kind", "code", "name", "short_name", "aliases", "started_on", "ended_on"]
        labels = {
            "kind": _("Kind"),
            "code": _("Code"),
            "name": _("Name"),
            "short_name": _("Short name"),
            "started_on": _("Since"),
            "ended_on": _("Until"),
        }
        help_texts = {"code": _("As segments and lists write it: LIBE, D-UA, IG-TRAFFICKING.")}
        widgets = {"started_on": _day(), "ended_on": _day()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["aliases"] = "\n".join(self.instance.aliases)
        if self.instance.pk:
            # Seats and segments hang on them.
            self.fields["kind"].disabled = self.fields["code"].disabled = True

    def clean_aliases(self) -> list[str]:
        """The lines, each once."""
        lines = (one_line(line) for line in self.cleaned_data["aliases"].splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def clean(self) -> dict[str, Any]:
        """No word that means another body of the kind already; no end before the beginning."""
        data = super().clean() or {}
        start, end = data.get("started_on"), data.get("ended_on")
        if start and end and end < start:
            self.add_error("ended_on", _("This is before its beginning."))
        known = Body.objects.by_alias(data["kind"]) if data.get("kind") else {}
        for field in ("code", "name", "aliases"):
            words = data.get(field) or []
            for word in [words] if isinstance(words, str) else words:
                body = known.get(word.casefold())
                if body is not None and body.pk != self.instance.pk:
                    text = _("“%(word)s” means %(body)s already.") % {"word": word, "body": body.code}
                    self.add_error(field, text)
        return data


class SeatForm(forms.Form):
    """A role in a body and the day it began."""

    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices, initial="member")
    since = forms.DateField(label=_("Since"), required=False, widget=_day())

    def clean_since(self) -> Any:
        """A day that has come."""
        if (day := self.cleaned_data["since"]) and day > timezone.localdate():
            raise ValidationError(_("This day is still to come."))
        return day
