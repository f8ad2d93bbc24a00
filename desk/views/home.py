"""The first page of the workspace: work first, numbers second."""

from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts import registry
from accounts.access import requires, signed_in


@requires("desk.view")
def home(request: HttpRequest) -> HttpResponse:
    """What needs this person, what is going out, what they are writing; the rooms fill it (accounts.registry)."""
    user: Any = request.user
    drafts = sorted(_collect(registry.drafts, user), key=lambda draft: draft.changed_at, reverse=True)
    context = {
        "nav": "desk",
        "today": timezone.localdate(),
        "tasks": _collect(registry.tasks, user),
        "tiles": _collect(registry.tiles, user),
        "outgoing": _collect(registry.outgoing, user),
        "drafts": drafts[:8],
    }
    return render(request, "desk/home.html", context)


@signed_in
def awake(request: HttpRequest) -> HttpResponse:
    """A person is typing in a page that sends nothing by itself: the request alone keeps the sign-in open."""
    return HttpResponse(status=204)


def _collect(contributors: list[Any], user: Any) -> list[Any]:
    return list(chain.from_iterable(contribute(user) for contribute in contributors))
