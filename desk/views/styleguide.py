"""Every component of the workspace in every state, so that a change of the stylesheet is seen at once."""

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts.access import requires

STEPS = [
    {"label": _("Write"), "note": _("7 languages"), "url": "#steps", "state": "done"},
    {"label": _("Audience and preview"), "note": _("106 people"), "url": "#steps", "state": "current"},
    {"label": _("Check"), "note": _("test and checklist"), "url": "", "state": ""},
    {"label": _("Approve"), "note": _("a colleague"), "url": "", "state": ""},
    {"label": _("Send"), "note": _("now or later"), "url": "", "state": ""},
]
BARS = [
    {"label": "English", "value": 19, "total": 19, "note": "", "warn": False},
    {"label": "Français", "value": 14, "total": 19, "note": "", "warn": False},
    {"label": "Italiano", "value": 12, "total": 19, "note": _("in English"), "warn": True},
    {"label": "Malti", "value": 0, "total": 19, "note": "", "warn": False},
]
LEGEND = [
    {"count": 68, "label": _("accepted"), "kind": ""},
    {"count": 2, "label": _("delayed, we try again"), "kind": "late"},
    {"count": 2, "label": _("bounced"), "kind": "back"},
    {"count": 3, "label": _("not known"), "kind": "unsure"},
    {"count": 31, "label": _("waiting"), "kind": "wait"},
]
ICONS = [
    "desk",
    "statement",
    "plan",
    "mail",
    "people",
    "gear",
    "check",
    "alert",
    "clock",
    "info",
    "plus",
    "pause",
    "left",
    "right",
    "search",
    "lock",
    "shield",
    "cross",
    "down",
]
TONES = [("", _("Draft")), ("ok", _("Accepted")), ("warn", _("Delayed")), ("bad", _("Bounced")), ("info", _("Sending"))]


class SampleForm(forms.Form):
    """One of each kind of field."""

    title = forms.CharField(label=_("Title"), help_text=_("As it stands on the page."))
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    role = forms.ChoiceField(label=_("Role"), choices=[("m", _("Full members")), ("c", _("Chairs"))])
    bodies = forms.MultipleChoiceField(
        label=_("Committees"),
        choices=[("LIBE", "LIBE"), ("FEMM", "FEMM"), ("EMPL", "EMPL")],
        widget=forms.CheckboxSelectMultiple,
    )
    when = forms.ChoiceField(
        label=_("When"), choices=[("now", _("Now")), ("later", _("Later"))], widget=forms.RadioSelect
    )
    sure = forms.BooleanField(label=_("I have read all versions"))


@requires("desk.view")
def styleguide(request: HttpRequest) -> HttpResponse:
    """The components with made-up content."""
    wrong = SampleForm({"title": "", "role": "x"}, prefix="wrong")
    context = {
        "nav": "",
        "steps": STEPS,
        "bars": BARS,
        "legend": LEGEND,
        "icons": ICONS,
        "tones": TONES,
        "form": SampleForm(prefix="right", initial={"when": "now", "bodies": ["LIBE"]}),
        "wrong": wrong,
        "page_obj": Paginator(range(120), 50).get_page(2),
    }
    return render(request, "desk/styleguide.html", context)
