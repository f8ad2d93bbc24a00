"""Forms of the audience: what stands beside the criteria, and the courtesy cap."""

from typing import Any

from django import forms
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models import ContactList, Segment
from mailing.choosing import Source
from mailing.courtesy import Allowed
from mailing.models import Mailing

# The last letters that left are offered; older ones are found through a saved audience.
MOST_LETTERS = 50
# A year; whoever wants more wants no cap.
LONGEST_DAYS = 366

_DAYS = [
    ("", _("never mind")),
    ("7", _("in the last 7 days")),
    ("14", _("in the last 14 days")),
    ("30", _("in the last 30 days")),
    ("90", _("in the last 90 days")),
]


class AudienceForm(forms.Form):
    """A source to include or leave out, the courtesy limit of this letter, and a search for one person."""

    source = forms.ChoiceField(
        label=_("Saved audience, list or earlier letter"), required=False, widget=forms.Select({"class": "input"})
    )
    days = forms.TypedChoiceField(
        label=_("Anyone we wrote to"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=_DAYS,
        widget=forms.Select({"class": "input"}),
    )
    find = forms.CharField(
        label=_("Find a person"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"class": "input", "type": "search"}),
    )

    def __init__(self, *args: Any, user: User, mailing: Mailing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = _sources(user, mailing)  # type: ignore[attr-defined]
        days = self.initial.get("days")
        if days and str(days) not in dict(_DAYS):
            # Chosen elsewhere than on this page: it is kept.
            words = _now("in the last %(days)d days") % {"days": days}
            self.fields["days"].choices = [*_DAYS, (str(days), words)]  # type: ignore[attr-defined]

    def clean_source(self) -> Source | None:
        """The source itself; None where none is chosen."""
        return Source.read(self.cleaned_data["source"])


def _sources(user: User, mailing: Mailing) -> list[tuple[str, Any]]:
    """What may be chosen, by kind: saved audiences, lists, the last letters that left. One query for all of them."""
    letters = Mailing.objects.visible_to(user).filter(started_at__isnull=False).exclude(pk=mailing.pk)
    latest = Mailing.objects.filter(pk__in=letters.order_by("-started_at").values("pk")[:MOST_LETTERS])
    named = Concat("reference", Value(", "), "title")
    rows = (Segment.objects.visible_to(user).order_by().values_list(Value("segment"), "pk", "name")).union(
        ContactList.objects.visible_to(user).order_by().values_list(Value("list"), "pk", "name"),
        latest.order_by().values_list(Value("letter"), "pk", named),
        all=True,
    )
    found: dict[str, list[tuple[int, str]]] = {"segment": [], "list": [], "letter": []}
    for kind, pk, name in rows:
        found[kind].append((pk, name))
    for kind in ("segment", "list"):
        found[kind].sort(key=lambda row: row[1].casefold())
    found["letter"].sort(reverse=True)
    groups = [
        (_now("Saved audiences"), "segment", found["segment"]),
        (_now("Lists"), "list", found["list"]),
        (_now("Got a letter and did not reply"), "silent", found["letter"]),
        (_now("Got a letter"), "got", found["letter"]),
    ]
    options = [(label, [(f"{kind}:{pk}", name) for pk, name in named_]) for label, kind, named_ in groups if named_]
    return [("", _now("Choose")), *options]


class CourtesyForm(forms.Form):
    """How many letters one office may get in how many days; both empty: no cap."""

    letters = forms.IntegerField(
        label=_("Letters"),
        required=False,
        min_value=1,
        max_value=1000,
        widget=forms.NumberInput({"class": "input"}),
        help_text=_("One person or office gets no more than this. Empty: any number."),
    )
    days = forms.IntegerField(
        label=_("In so many days"),
        required=False,
        min_value=1,
        max_value=LONGEST_DAYS,
        widget=forms.NumberInput({"class": "input"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both numbers or none."""
        data = super().clean() or {}
        for name, other in (("days", "letters"), ("letters", "days")):
            if data.get(other) and not data.get(name) and name not in self.errors:
                self.add_error(name, _now("Fill in both numbers, or leave both empty for no cap."))
        return data

    def allowed(self) -> Allowed | None:
        """What a valid form says; None for no cap."""
        data = self.cleaned_data
        return Allowed(data["letters"], data["days"]) if data.get("letters") and data.get("days") else None
