"""The form of a segment's name; the rule beside it is the builder's (contacts/forms/builder.py)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.models import Segment


class SegmentForm(forms.Form):
    """A segment's name."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        widget=forms.TextInput({"class": "input"}),
        help_text=_("What a colleague looks for: “Full members of LIBE, Irish”."),
    )

    def __init__(self, *args: Any, segment: Segment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.segment = segment

    def clean_name(self) -> str:
        """One name a segment, whatever the owner."""
        name = " ".join(self.cleaned_data["name"].split())
        others = Segment.objects.exclude(pk=self.segment.pk) if self.segment else Segment.objects.all()
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("There is a segment with this name already. Choose another."))
        return name
