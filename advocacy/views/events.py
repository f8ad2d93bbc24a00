"""Events in the workspace: the list, one event, who comes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.ids import uuid_in
from advocacy import events
from advocacy.campaigning import NotYours, may_edit
from advocacy.forms.events import EventForm, PartForm
from advocacy.models import Attendance, Campaign, Event
from contacts.models import Contact

PER_PAGE = 25
PEOPLE_SHOWN = 200
MOST_FOUND = 20


def find_event(request: HttpRequest, slug: str) -> Event:
    """The event of this short name, if the person may see it; else 404."""
    rows = Event.objects.visible_to(request.user).select_related("campaign", "report_statement", "owner")
    found: Event = get_object_or_404(rows, slug=slug)
    return found


@requires("advocacy.view")
@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """Events one may see, the latest first."""
    rows = Event.objects.visible_to(request.user).select_related("campaign").prefetch_related("campaign__texts")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"nav": "campaigns", "tab": "events", "page_obj": page, "now": timezone.now()}
    return render(request, "advocacy/event_list.html", context)


@requires("advocacy.edit")
@require_http_methods(["GET", "POST"])
def event_create(request: HttpRequest) -> HttpResponse:
    """A new event; ?campaign=<short name> puts it into one."""
    wanted = request.GET.get("campaign", "").replace("\0", "")[:120]
    campaign = Campaign.objects.visible_to(request.user).filter(slug=wanted).first() if wanted else None
    return _edit(request, Event(campaign=campaign))


@requires("advocacy.edit")
@require_http_methods(["GET", "POST"])
def event_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Changes an event; a public one only by who may approve."""
    return _edit(request, find_event(request, slug))


def _edit(request: HttpRequest, event: Event) -> HttpResponse:
    user: Any = request.user
    if event.pk and not may_edit(user, event):
        messages.info(request, _("The public reads of this event. An approver may change it."))
        return redirect("advocacy:event_detail", event.slug)
    title = event.title
    form = EventForm(request.POST or None, instance=event, user=user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            saved = events.save_event(form.fill(), organisers=data["organisers"], links=data["links"], actor=user)
        except NotYours as error:
            raise PermissionDenied from error
        messages.success(request, _("The event is saved."))
        return redirect("advocacy:event_detail", saved.slug)
    context = {"nav": "campaigns", "form": form, "event": event, "title": title}
    return render(request, "advocacy/event_form.html", context, status=422 if form.errors else 200)


@requires("advocacy.view")
@require_safe
def event_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One event: when, where, by whom, who came, what came of it."""
    event = find_event(request, slug)
    people = Contact.objects.visible_to(request.user).living()
    rows = event.attendances.filter(contact__in=people).select_related("contact")
    campaign = event.campaign
    context = {
        "nav": "campaigns",
        "event": event,
        "campaign": campaign,
        "campaign_text": campaign.text_in(campaign.source_language) if campaign else None,
        "organisers": list(event.organisers.order_by("name")),
        "links": list(event.links.all()),
        "people": rows.order_by("contact__sort_key", "pk")[:PEOPLE_SHOWN],
        "came": rows.filter(answer=Attendance.Answer.CAME).count(),
        "may_edit": may_edit(request.user, event),  # type: ignore[arg-type]
    }
    return render(request, "advocacy/event_detail.html", context)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def attendance_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Finds somebody (?q=) and puts them into the event's list, one button each."""
    event = find_event(request, slug)
    people = Contact.objects.visible_to(request.user).living()
    if request.method == "POST":
        return _add(request, event, people)
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    there = set(event.attendances.values_list("contact_id", flat=True)) if words else set()
    found = people.search(words).order_by("sort_key", "pk").with_seats()[:MOST_FOUND] if words else []
    context = {
        "nav": "campaigns",
        "event": event,
        "words": words,
        "found": [(person, person.pk in there) for person in found],
        "roles": Attendance.Role.choices,
        "answers": Attendance.Answer.choices,
        "answer": Attendance.Answer.CAME if event.starts_at < timezone.now() else Attendance.Answer.INVITED,
    }
    return render(request, "advocacy/attendance_add.html", context)


def _add(request: HttpRequest, event: Event, people: Any) -> HttpResponse:
    public_id = uuid_in(request.POST.get("person", ""))
    person = people.filter(public_id=public_id).first() if public_id else None
    role, answer = request.POST.get("role", ""), request.POST.get("answer", "")
    if person is None or role not in Attendance.Role.values or answer not in Attendance.Answer.values:
        messages.error(request, _("Nobody was added: choose a person of the list, as what, and the answer."))
        return redirect("advocacy:attendance_add", event.slug)
    try:
        events.add_person(event, person, role=role, answer=answer, actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("%(name)s stands in the list now.") % {"name": person.name})
    except events.ThereAlready:
        messages.info(request, _("%(name)s stood in the list already.") % {"name": person.name})
    return redirect("advocacy:event_detail", event.slug)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def attendance_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Changes as what somebody comes, and whether they did."""
    row = _attendance(request, slug, pk)
    initial = {"role": row.role, "answer": row.answer, "is_public": row.is_public}
    form = PartForm(request.POST or None, initial=initial, user=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            events.change_person(row, **data, actor=request.user)  # type: ignore[arg-type]
        except NotYours:
            messages.error(request, _("The public pages name this person. An approver may change that."))
            return redirect("advocacy:event_detail", slug)
        messages.success(request, _("Saved."))
        return redirect("advocacy:event_detail", slug)
    context = {"nav": "campaigns", "form": form, "row": row, "event": row.event}
    return render(request, "advocacy/attendance_edit.html", context, status=422 if form.errors else 200)


@requires("contacts.edit")
@require_POST
def attendance_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Takes somebody out of the list who was put into it by mistake."""
    events.remove_person(_attendance(request, slug, pk), actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("Taken out of the list."))
    return redirect("advocacy:event_detail", slug)


def _attendance(request: HttpRequest, slug: str, pk: int) -> Attendance:
    people = Contact.objects.visible_to(request.user).living()
    rows = Attendance.objects.filter(event=find_event(request, slug), contact__in=people)
    found: Attendance = get_object_or_404(rows.select_related("contact", "event"), pk=pk)
    return found
