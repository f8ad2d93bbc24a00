"""Contacts → People: the list, its filters and its export."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import requires
from contacts.counting import PeoplePaginator
from contacts.criteria import resolve, why_empty
from contacts.exporting import download
from contacts.forms.people import PersonFilterForm
from contacts.languages import effective_country, effective_language
from contacts.models.people import ContactQuerySet

PER_PAGE = 50


@requires("contacts.view")
@require_safe
def person_list(request: HttpRequest) -> HttpResponse:
    """People by name, PER_PAGE on a page, by words and filters."""
    form = PersonFilterForm(request.GET or None)
    people = people_of(request, form)
    page = PeoplePaginator(people.with_seats().prefetch_related("tags"), PER_PAGE).get_page(request.GET.get("page"))
    active = form.active()
    context = {
        "nav": "contacts",
        "tab": "people",
        "form": form,
        "page_obj": page,
        "active": [(_without(request, name), label, words) for name, label, words in active],
        "filters": _filters(request),
        "tag_names": form.tag_names(),
        "reason": "" if page.paginator.count else _reason(form, active),
    }
    return render(request, "contacts/person_list.html", context)


@requires("contacts.edit")
@require_safe
def person_export(request: HttpRequest, fmt: str = "csv") -> HttpResponseBase:
    """The same people as a file, all of them; ?bom=0 leaves the byte order mark of a CSV file out."""
    return download(request, people_of(request, PersonFilterForm(request.GET or None)), "contacts", fmt)


def _filters(request: HttpRequest) -> str:
    """The filters as a query string, for what is done with all who fit."""
    left = request.GET.copy()
    left.pop("page", None)
    return left.urlencode()


def _without(request: HttpRequest, name: str) -> str:
    """The query string without one filter, so that it can be removed by a link."""
    left = request.GET.copy()
    for gone in (name, "page"):
        left.pop(gone, None)
    return f"?{left.urlencode()}" if left else ""


def people_of(request: HttpRequest, form: PersonFilterForm) -> ContactQuerySet:
    """Everybody this colleague may see who fits the filters."""
    if form.is_bound:
        form.is_valid()
    found = resolve(form.criteria()).visible_to(request.user)
    if form.is_bound and form.cleaned_data.get("q"):
        found = found.search(form.cleaned_data["q"])
    return found.annotate(shown_language=effective_language(), shown_country=effective_country())


def _reason(form: PersonFilterForm, active: list[tuple[str, str, str]]) -> str:
    """Why nobody is shown, and what to remove."""
    if not active:
        return ""
    words = form.cleaned_data.get("q") if form.is_bound else ""
    if words:
        return _("Nobody here has “%(words)s” in the name or address.") % {"words": words}
    return why_empty(form.criteria())
