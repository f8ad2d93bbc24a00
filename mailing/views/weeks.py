"""The Parliament's calendar: its weeks, set one by one or brought in from a file."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import requires
from mailing import parliament
from mailing.models import ParliamentWeek

MOST_BYTES = 200 * 1024
# Weeks on the page: those behind us are of no use for planning.
MOST_SHOWN = 160


class WeekForm(forms.Form):
    """One week: any day of it, and what kind it is."""

    day = forms.DateField(
        label=gettext_lazy("Any day of the week"),
        widget=forms.DateInput({"class": "input", "type": "date"}, format="%Y-%m-%d"),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=ParliamentWeek.Kind.choices, widget=forms.Select({"class": "input"})
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=200, required=False, widget=forms.TextInput({"class": "input"})
    )


class CalendarForm(forms.Form):
    """A whole calendar as a CSV file."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=forms.ClearableFileInput({"class": "input", "accept": ".csv,text/csv"}),
        help_text=gettext_lazy("Columns: week (any day of it, 2026-12-21), kind, note. Weeks it names are replaced."),
    )

    def text(self) -> str:
        """What is in the file. Raises parliament.BadCalendar for a file that is too large or no text."""
        file: Any = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise parliament.BadCalendar([_("The file is larger than 200 KB. A calendar is a few lines.")])
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise parliament.BadCalendar([_("The file is no UTF-8 text. Save it as CSV UTF-8.")]) from None


@requires("mailing.view")
def week_list(request: HttpRequest) -> HttpResponse:
    """The weeks from this one on."""
    return _page(request)


def _page(
    request: HttpRequest, *, form: WeekForm | None = None, calendar: CalendarForm | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    weeks = ParliamentWeek.objects.filter(monday__gte=parliament.monday_of(today))
    context = {
        "nav": "letters",
        "weeks": list(weeks[:MOST_SHOWN]),
        "this_monday": parliament.monday_of(today),
        "form": form or WeekForm(),
        "calendar": calendar or CalendarForm(),
    }
    return render(request, "mailing/week_list.html", context, status=status)


@require_POST
@requires("mailing.edit")
def week_save(request: HttpRequest) -> HttpResponse:
    """Set one week."""
    form = WeekForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    data = form.cleaned_data
    parliament.save_week(data["day"], data["kind"], data["note"], actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("Saved."))
    return redirect("mailing:week_list")


@require_POST
@requires("mailing.edit")
def week_import(request: HttpRequest) -> HttpResponse:
    """Take a file over, as a whole or not at all."""
    form = CalendarForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, calendar=form, status=422)
    try:
        new, changed = parliament.import_calendar(form.text(), actor=request.user)  # type: ignore[arg-type]
    except parliament.BadCalendar as error:
        for problem in error.problems[:20]:
            form.add_error("file", problem)
        return _page(request, calendar=form, status=422)
    messages.success(request, _("%(new)d weeks are new, %(changed)d changed.") % {"new": new, "changed": changed})
    return redirect("mailing:week_list")


@require_POST
@requires("mailing.edit")
def week_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one week out."""
    week = ParliamentWeek.objects.filter(pk=pk).first()
    if week is None:
        raise Http404
    parliament.remove_week(week, actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("Taken out."))
    return redirect("mailing:week_list")
