"""A list of letters or of issues, narrowed by words and a state."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from mailing.models import Mailing

PER_PAGE = 25


def narrowed(request: HttpRequest, everything: QuerySet[Mailing]) -> dict[str, Any]:
    """What a list of mailings shows of `everything` one may see: newest first, narrowed by words (?q=) and ?state=.

    The context of templates/mailing/_narrow.html and components/pager.html, and whether there is nothing at all.
    """
    words, state = request.GET.get("q", "").replace("\0", "").strip()[:100], request.GET.get("state", "")
    rows = everything.order_by("-changed_at", "-id")
    for word in words.split():
        rows = rows.filter(Q(title__icontains=word) | Q(reference__icontains=word))
    if state in Mailing.Status.values:
        rows = rows.filter(status=state)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page_obj": page,
        "words": words,
        "state": state,
        "states": Mailing.Status.choices,
        "is_filtered": bool(words or state),
        "is_empty": not page.object_list and not everything.exists(),
    }
