"""One search over everything the rooms offer."""

from itertools import groupby, islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import registry
from accounts.access import requires
from accounts.registry import Hit

SHORTEST = 2
PER_KIND = 10


@requires("desk.view")
def search(request: HttpRequest) -> HttpResponse:
    """GET ?q=: hits by kind, at most PER_KIND of each; fewer than SHORTEST letters search nothing."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    too_short = 0 < len(text) < SHORTEST
    groups = _groups(request.user, text) if text and not too_short else []
    context = {"nav": "", "text": text, "too_short": too_short, "groups": groups, "shortest": SHORTEST}
    return render(request, "desk/search.html", context)


def _groups(user: Any, text: str) -> list[tuple[str, list[Hit]]]:
    """Hits by kind, in the order in which the rooms registered."""
    hits: list[Hit] = []
    for contribute in registry.searches:
        hits += islice(contribute(user, text), PER_KIND * 5)
    by_kind = sorted(hits, key=lambda hit: hit.kind)
    return [(kind, list(islice(some, PER_KIND))) for kind, some in groupby(by_kind, key=lambda hit: hit.kind)]
