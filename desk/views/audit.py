"""Settings → Who did what: the audit trail in sentences."""

from collections.abc import Iterator

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.exports import csv_download
from accounts.models import AuditEvent, User
from desk.forms import AuditFilterForm

PER_PAGE = 50


@requires("accounts.manage")
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """The newest first, PER_PAGE on a page, by person and by words."""
    form = _filter(request)
    page = Paginator(_events(form), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "nav": "settings",
        "tab": "audit",
        "form": form,
        "page_obj": page,
        "filtered": any(request.GET.get(name) for name in ("person", "text")),
    }
    return render(request, "desk/audit.html", context)


@requires("accounts.manage")
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The same rows as a CSV file, all of them."""
    return csv_download("who-did-what.csv", ["at", "who", "what", "about", "kind", "id"], _rows(_filter(request)))


def _rows(form: AuditFilterForm) -> Iterator[list[str]]:
    for event in _events(form).iterator(chunk_size=1000):
        about = [event.object_label, event.object_type, event.object_id]
        yield [event.at.isoformat(timespec="seconds"), event.actor_label, event.sentence, *about]


def _filter(request: HttpRequest) -> AuditFilterForm:
    people = [(str(pk), name) for pk, name in User.objects.order_by("name").values_list("pk", "name")]
    return AuditFilterForm(request.GET or None, people=people)


def _events(form: AuditFilterForm) -> "QuerySet[AuditEvent]":
    """The events that the form asks for; what it does not understand filters nothing out but shows its error."""
    events = AuditEvent.objects.order_by("-id")
    if not form.is_bound:
        return events
    form.is_valid()
    person = form.cleaned_data.get("person", "")
    text = form.cleaned_data.get("text", "")
    if person:
        events = events.filter(actor__isnull=True) if person == "system" else events.filter(actor_id=int(person))
    if text:
        events = events.filter(Q(sentence__icontains=text) | Q(object_label__icontains=text))
    return events
