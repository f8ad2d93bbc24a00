"""Everybody whom an audience matches, and each letter as its reader will see it."""

from functools import wraps
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts.access import View, requires
from contacts.models import Contact
from mailing import audience, previews
from mailing.audience import AudiencePreview
from mailing.models import Delivery
from mailing.story import nav_of
from mailing.views.finding import find

PER_PAGE = 50


def mail_preview(view: View) -> View:
    """A letter's HTML under its own address and policy, framed by our page: nothing runs, nothing loads (DESIGN 9)."""

    @wraps(view)
    def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    policy = {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "sandbox": [True],
        "frame-ancestors": [SELF],
    }
    marked: View = xframe_options_sameorigin(csp(policy)(framed))
    marked.is_mail_preview = True  # type: ignore[attr-defined]
    return marked


def web_preview(view: View) -> View:
    """A public page framed by one of ours: it looks as it will; nothing runs in it, nothing is sent from it."""
    nothing, ours = [NONE], [SELF]
    policy = {"default-src": nothing, "style-src": ours, "img-src": ours, "form-action": nothing, "base-uri": nothing}
    framed: View = xframe_options_sameorigin(csp(policy | {"frame-ancestors": ours})(view))
    return framed


def left_out_rows(preview: AudiencePreview) -> list[tuple[str, int]]:
    """Reasons in words, each with its number of people."""
    return [(str(Delivery.SkipReason(reason).label), count) for reason, count in sorted(preview.left_out.items())]


@requires("mailing.view")
def letter_people(request: HttpRequest, reference: str) -> HttpResponse:
    """Everybody matched, page by page: who gets it in which language, who is left out and why."""
    mailing = find(request, reference)
    only_left_out = request.GET.get("show") == "left-out"
    rows = audience.listed(mailing)
    shown = [row for row in rows if bool(row[2]) == only_left_out]
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    people = Contact.objects.in_bulk([row[0] for row in page.object_list])
    context = {
        "nav": nav_of(mailing),
        "mailing": mailing,
        "page_obj": page,
        "people": [
            (people[pk], language, Delivery.SkipReason(reason).label if reason else "")
            for pk, language, reason in page.object_list
            if pk in people
        ],
        "only_left_out": only_left_out,
        "recipients": sum(1 for row in rows if not row[2]),
        "left_out": sum(1 for row in rows if row[2]),
    }
    return render(request, "mailing/people.html", context)


@mail_preview
@requires("mailing.view")
def letter_preview(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The HTML of one recipient's letter, for the frame on our pages."""
    letter = previews.letter_for(find(request, reference), number)
    if letter is None or letter.rendered is None:
        raise Http404
    return HttpResponse(letter.rendered.html)
