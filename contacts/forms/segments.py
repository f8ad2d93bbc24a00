"""The form of a segment: its name beside the criteria."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.criteria import CriteriaForm
from contacts.models import Segment


class SegmentForm(CriteriaForm):
    """A segment's name and its rule."""

    name = forms.CharField(
        label=_("Name"), max_length=200, help_text=_("What a colleague looks for: “Full members of LIBE, Irish”.")
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
