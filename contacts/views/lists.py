"""Contacts → Lists: what people chose to get, who they are, and the proof of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import F, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.audit import record
from contacts.consent import ConsentRefused, end, import_with_proof, set_wording
from contacts.counting import PeoplePaginator
from contacts.exporting import download
from contacts.forms.list_words import LanguageForm
from contacts.forms.lists import ListForm, ProofForm
from contacts.languages import language_name
from contacts.models import Contact, ContactList, Subscription
from contacts.offering import lacks
from contacts.readers import Numbers, Wanted, numbers_by_status, numbers_of, readers
from contacts.registry import panels_of_list
from contacts.topics import name_in, topics_of

PER_PAGE = 50
SHOWN = {
    "active": gettext_lazy("Get it"),
    "pending": gettext_lazy("Asked, not confirmed"),
    "unsubscribed": gettext_lazy("Left"),
}


@requires("contacts.view")
@require_safe
def list_list(request: HttpRequest) -> HttpResponse:
    """Lists by name with their numbers."""
    page = Paginator(ContactList.objects.visible_to(request.user), PER_PAGE).get_page(request.GET.get("page"))
    numbers = numbers_by_status([found.pk for found in page])
    rows = [(found, numbers.get(found.pk, {})) for found in page]
    context = {"nav": "contacts", "tab": "lists", "page_obj": page, "rows": rows}
    return render(request, "contacts/list_list.html", context)


@requires("contacts.view")
@require_safe
def list_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One list with what people agree to and its people, those of one status at a time."""
    return render(request, "contacts/list_detail.html", _facts(request, list_of(request, pk)))


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def list_create(request: HttpRequest) -> HttpResponse:
    """A new list."""
    return _edit(request, ContactList())


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def list_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes a list's name, description and wording; a changed wording is a new version."""
    return _edit(request, list_of(request, pk))


@requires("contacts.edit")
@require_POST
def list_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds somebody who consented elsewhere, with the proof."""
    found = list_of(request, pk)
    form = ProofForm(request.POST, people=Contact.objects.visible_to(request.user))
    if form.is_valid():
        data = form.cleaned_data
        try:
            import_with_proof(
                form.person,  # type: ignore[arg-type] # clean_email found it
                found,
                source=data["source"],
                given_on=data["given_on"],
                actor=request.user,  # type: ignore[arg-type]
            )
        except ConsentRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Added. The proof is kept with the person."))
            return redirect("contacts:list_detail", found.pk)
    return render(request, "contacts/list_detail.html", _facts(request, found) | {"proof_form": form}, status=422)


@requires("contacts.edit")
@require_POST
def list_end(request: HttpRequest, pk: int, public_id: UUID) -> HttpResponse:
    """Ends somebody's subscription."""
    found = list_of(request, pk)
    person = get_object_or_404(Contact.objects.visible_to(request.user).living(), public_id=public_id)
    if end(person, found, actor=request.user):  # type: ignore[arg-type]
        messages.success(request, _("The subscription has ended. Nothing more of this list is sent to this person."))
    else:
        messages.info(request, _("The subscription had ended already."))
    return redirect("contacts:list_detail", found.pk)


@requires("contacts.edit")
@require_safe
def list_export(request: HttpRequest, pk: int, fmt: str) -> HttpResponseBase:
    """The people of a list, those that the page shows, as a file."""
    found = list_of(request, pk)
    people = readers(found, Wanted.asked(request.GET), visible_to=request.user)  # type: ignore[arg-type]
    return download(request, people, f"list-{found.pk}", fmt)


def list_of(request: HttpRequest, pk: int) -> ContactList:
    """The list that the colleague may see, or 404."""
    found: ContactList = get_object_or_404(ContactList.objects.visible_to(request.user), pk=pk)
    return found


def _facts(request: HttpRequest, found: ContactList) -> dict[str, Any]:
    wanted = Wanted.asked(request.GET)
    people = readers(found, wanted, visible_to=request.user).annotate(  # type: ignore[arg-type]
        asked_at=F("subscriptions__created_at"),
        confirmed_at=F("subscriptions__confirmed_at"),
        ended_at=F("subscriptions__unsubscribed_at"),
        paused_until=F("subscriptions__paused_until"),
        came_by=F("subscriptions__source"),
        ended_by=F("subscriptions__ended_by"),
    )
    numbers = numbers_by_status([found.pk]).get(found.pk, {})
    # The cards of other rooms read the same words.
    prefetch_related_objects([found], "texts", "wordings")
    page = PeoplePaginator(people, PER_PAGE).get_page(request.GET.get("page"))
    words = dict(Subscription.Ended.choices if wanted.status == "unsubscribed" else Subscription.Source.choices)
    for person in page:
        person.told = words.get(person.ended_by if wanted.status == "unsubscribed" else person.came_by, "")
    return {
        "nav": "contacts",
        "tab": "lists",
        "list": found,
        "status": wanted.status,
        "wanted": wanted,
        "statuses": [(code, words, numbers.get(code, 0)) for code, words in SHOWN.items()],
        "page_obj": page,
        "today": timezone.localdate(),
        "proof_form": ProofForm(people=Contact.objects.none()),
        **_shown_to_readers(found),
        **_who_reads(found, numbers.get("active", 0)),
    }


def _shown_to_readers(found: ContactList) -> dict[str, Any]:
    """What the public sees of a list, and what it lacks."""
    wordings = sorted(found.wordings.all(), key=lambda row: (row.language, -row.version))[:60]
    newest: dict[str, Any] = {}
    for wording in wordings:
        newest.setdefault(wording.language, wording)
    texts = {text.language: text for text in found.texts.all()}
    return {
        "languages": [(code, texts.get(code), newest.get(code)) for code in sorted({*texts, *newest})],
        "earlier": [wording for wording in wordings if newest[wording.language] != wording],
        "topics": [(topic, name_in(topic, "en")) for topic in topics_of(found)],
        "lacks": [] if found.is_open else lacks(found, list(texts), newest.keys()),
        "language_form": LanguageForm(written=list(texts)),
    }


def _who_reads(found: ContactList, active: int) -> dict[str, Any]:
    """How many of those who get it read it in which language, and came from where."""
    names = dict(Subscription.Source.choices)
    numbers = numbers_of(found) if active else Numbers([], [])
    return {
        "by_language": [(code, language_name(code), number) for code, number in numbers.by_language],
        "by_source": [(code or "none", names.get(code, code), number) for code, number in numbers.by_source],
        "panels": panels_of_list(found),
    }


def _edit(request: HttpRequest, found: ContactList) -> HttpResponse:
    is_new = found.pk is None
    form = ListForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save()
            set_wording(saved, form.cleaned_data["wording"], by=request.user)  # type: ignore[arg-type]
            done = "made a list" if is_new else "changed a list"
            record(request.user, done, about=saved, label=saved.name)  # type: ignore[arg-type]
        messages.success(request, _("The list is saved."))
        return redirect("contacts:list_detail", saved.pk)
    context = {"nav": "contacts", "tab": "lists", "form": form, "list": None if is_new else found}
    return render(request, "contacts/list_form.html", context, status=422 if form.errors else 200)
