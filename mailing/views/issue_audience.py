"""Step 2 of an issue: its list, its readers as numbers, and who of them is left out."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import Segment
from mailing import issue_readers, sums
from mailing.choosing import Effect, Source, choice_of, choose
from mailing.lifecycle import LifecycleError
from mailing.models import Mailing
from mailing.story import address_of, road_of
from mailing.views.finding import find
from mailing.views.people import left_out_rows


class ExcludeForm(forms.Form):
    """A saved audience whose people do not get this issue."""

    segment = forms.ModelChoiceField(
        label=gettext_lazy("Saved audience"),
        queryset=Segment.objects.none(),
        required=False,
        empty_label=gettext_lazy("Choose"),
        widget=forms.Select({"class": "input"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].queryset = Segment.objects.visible_to(user).order_by("name")  # type: ignore[attr-defined]


def issue_audience(request: HttpRequest, mailing: Mailing) -> HttpResponse:
    """The page, and its two buttons: leave the people of a saved audience out, and take that back."""
    form = ExcludeForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        return _save(request, mailing, form)
    found = issue_readers.summary(mailing)
    context = {
        "nav": "newsletters",
        "mailing": mailing,
        "steps": road_of(mailing, "audience", people=found.recipients),
        "form": form,
        "preview": found,
        "why_empty": "" if found.recipients else sums.empty_reason(mailing, found),
        "left_out": left_out_rows(found),
        "bars": sums.language_bars(found),
        "fallback": sums.fallback(mailing, found),
        "topics": _bars(issue_readers.by_topic(mailing), found.recipients),
        "sources": _bars(issue_readers.by_source(mailing), found.recipients),
        "excluded": [row for row in sums.source_rows(mailing) if not row.is_included],
    }
    return render(request, "mailing/issue_audience.html", context, status=422 if form.errors else 200)


def _bars(rows: list[tuple[str, int]], total: int) -> list[dict[str, Any]]:
    return [{"label": label, "value": count, "total": total or 1} for label, count in rows]


def _save(request: HttpRequest, mailing: Mailing, form: ExcludeForm) -> HttpResponse:
    choice, was = choice_of(mailing), mailing.status
    if segment := form.cleaned_data["segment"]:
        choice.sources[Source("segment", segment.pk)] = str(Effect.EXCLUDE)
    gone = Source.read(request.POST.get("drop", ""))
    if gone and choice.sources.get(gone) == Effect.EXCLUDE:
        del choice.sources[gone]
    try:
        changed = choose(mailing, choice, actor=request.user)  # type: ignore[arg-type]
    except LifecycleError as error:
        messages.error(request, str(error))
        return redirect(address_of(find(request, mailing.reference)))
    if changed and was != Mailing.Status.DRAFT:
        messages.warning(request, _("The issue is a draft again and needs a new approval."))
    if "next" in request.POST:
        return redirect("mailing:letter_check", reference=mailing.reference)
    return redirect(request.path)
