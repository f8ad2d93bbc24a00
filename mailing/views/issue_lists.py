"""The list of issues, and beginning one: from what we published, from an earlier issue, or from nothing."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import requires
from accounts.ids import id_in
from contacts.models import ContactList
from mailing.issues import drafting, prefill
from mailing.issues.addresses import editor_address
from mailing.issues.forms import BeginForm
from mailing.lifecycle import LifecycleError
from mailing.models import Mailing
from mailing.story import address_of
from mailing.views.narrowing import narrowed

MOST_EARLIER = 50


def issues_for(request: HttpRequest) -> QuerySet[Mailing]:
    """The issues that a person may see."""
    rows = Mailing.objects.visible_to(request.user).filter(kind=Mailing.Kind.NEWSLETTER, contact_list__isnull=False)
    found: QuerySet[Mailing] = rows.distinct()
    return found


@requires("mailing.view")
def issue_list(request: HttpRequest) -> HttpResponse:
    """All issues one may see, newest first; words, a list and a state narrow the list."""
    shown = narrowed(request, issues_for(request).select_related("contact_list").prefetch_related("contents"))
    context = {
        "nav": "newsletters",
        **shown,
        "issues": [(mailing, _opened_at(mailing)) for mailing in shown["page_obj"].object_list],
        "has_lists": ContactList.objects.visible_to(request.user).exists(),
    }
    return render(request, "mailing/issue_list.html", context)


def _opened_at(mailing: Mailing) -> str:
    """The page on which an issue is best opened."""
    if mailing.status == Mailing.Status.DRAFT:
        return editor_address(mailing, mailing.source_language)
    return address_of(mailing)


@requires("mailing.edit")
def issue_create(request: HttpRequest) -> HttpResponse:
    """Begin an issue of a list (?list=<number>): what was published since its last issue is there to be ticked."""
    lists = list(ContactList.objects.visible_to(request.user).distinct().order_by("name"))
    chosen = _list(request, lists)
    since = prefill.since_of(chosen) if chosen else None
    offers = prefill.offers_of(chosen, request.user, since=since) if chosen else []  # type: ignore[arg-type]
    start = {"contact_list": chosen.pk} if chosen else {}
    form = BeginForm(request.POST or None, user=request.user, initial=start)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        try:
            mailing = _begun(request, form, offers, chosen)
        except LifecycleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(reference)s is begun.") % {"reference": mailing.reference})
            return redirect(editor_address(mailing, mailing.source_language))
    ticked = request.POST.getlist("take") if request.method == "POST" else _fresh(offers)
    context = {
        "nav": "newsletters",
        "form": form,
        "lists": lists,
        "chosen": chosen,
        "since": since,
        "offers": offers,
        "ticked": ticked,
        "earlier": prefill.issues_of(chosen)[:MOST_EARLIER] if chosen else [],
    }
    return render(request, "mailing/issue_create.html", context, status=422 if form.errors else 200)


def _list(request: HttpRequest, lists: list[ContactList]) -> ContactList | None:
    """The list of the address, else of the form, else the only one there is. 404 for one that is not theirs."""
    asked = request.POST.get("contact_list") or request.GET.get("list", "")
    if asked:
        pk = id_in(asked)
        found = next((one for one in lists if one.pk == pk), None)
        if found is None:
            raise Http404
        return found
    return lists[0] if len(lists) == 1 else None


def _fresh(offers: list[prefill.Offer]) -> list[str]:
    """What is ticked to begin with: all that no issue carried yet."""
    return [offer.key for offer in offers if not offer.was_told]


def _begun(request: HttpRequest, form: BeginForm, offers: list[prefill.Offer], chosen: ContactList | None) -> Mailing:
    data: dict[str, Any] = form.cleaned_data
    contact_list = data["contact_list"]
    if request.POST.get("from") == "earlier":
        asked = request.POST.get("earlier", "").replace("\0", "")
        earlier = prefill.issues_of(contact_list).filter(reference=asked).first()
        if earlier is None:
            raise LifecycleError(_("Choose an earlier issue of this list."))
        return drafting.begin_from(earlier, title=data["title"], actor=request.user)  # type: ignore[arg-type]
    keys = request.POST.getlist("take") if request.POST.get("from") == "published" else []
    picks = prefill.chosen(offers, keys)
    return drafting.begin(
        contact_list,
        title=data["title"],
        language=data["language"],
        actor=request.user,  # type: ignore[arg-type]
        offers=picks,
    )
