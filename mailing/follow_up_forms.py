"""The form of a day on which no answer is waited for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mailing.models import Holiday


class HolidayForm(forms.ModelForm):
    """One day, and what it is."""

    class Meta:
        model = Holiday
        fields = ["day", "name"]
        widgets = {
            "day": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input"}),
            "name": forms.TextInput(attrs={"class": "input"}),
        }
        help_texts = {"name": _("Such as “All Saints”.")}
        error_messages = {
            "day": {
                "unique": _("This day stands in the list already."),
                "invalid": _("This is not a day. Write it as 2026-12-25."),
            }
        }
