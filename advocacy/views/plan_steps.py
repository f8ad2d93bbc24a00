"""What is done to a plan: its points and their order, review by a second person, off the public pages again."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.ids import id_in
from advocacy import plan_publishing, planning
from advocacy.forms.plans import PointForm
from advocacy.models import Ask, Point
from advocacy.publishing import PublishingError
from advocacy.views.plans import detail_page, find_plan


def _find_point(request: HttpRequest, slug: str, pk: int) -> Point:
    plan = find_plan(request, slug)
    point = plan.points.select_related("ask").filter(pk=pk).first()
    if point is None:
        raise Http404
    point.plan = plan
    return point


def _take(request: HttpRequest, slug: str, step: Callable[[], object], done: str) -> HttpResponse:
    """Take a step and go back to the plan; a refusal shows its sentence there (409)."""
    try:
        step()
    except (planning.PlanningError, PublishingError) as error:
        return detail_page(request, find_plan(request, slug), error=str(error), status=409)
    messages.success(request, done)
    return redirect("advocacy:plan_detail", slug=slug)


def _person(request: HttpRequest) -> Any:
    """Who is signed in; the views are closed to everybody else."""
    return request.user


def _edition(request: HttpRequest) -> int:
    return id_in(request.POST.get("edition", ""))


@require_POST
@requires("advocacy.edit")
def point_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Place an ask of the library as the last point."""
    plan, user = find_plan(request, slug), _person(request)
    ask = Ask.objects.visible_to(user).filter(slug=request.POST.get("ask", "")[:120]).first()
    if ask is None:
        sentence = _("Choose an ask of the library.")
        return detail_page(request, plan, error=sentence, status=422)
    edition = _edition(request)
    add = partial(planning.add_point, plan, ask, edition=edition, actor=user)
    return _take(request, slug, add, _("The point is added."))


@requires("advocacy.edit")
def point_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Legal basis and instrument of a point in this plan."""
    point = _find_point(request, slug, pk)
    initial = {"edition": point.plan.edition, "legal_basis": point.legal_basis, "instrument": point.instrument}
    form = PointForm(request.POST or None, initial=initial)
    context = {"nav": "plans", "plan": point.plan, "point": point, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            planning.save_point(point, actor=_person(request), **form.cleaned_data)
        except (planning.PlanningError, PublishingError) as error:
            return render(request, "advocacy/point_edit.html", context | {"error": str(error)}, status=409)
        messages.success(request, _("Saved."))
        return redirect("advocacy:plan_detail", slug=slug)
    return render(request, "advocacy/point_edit.html", context, status=422 if form.errors else 200)


@require_POST
@requires("advocacy.edit")
def point_move(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Move a point up or down (direction=up|down) in the order that the page showed."""
    point, edition = _find_point(request, slug, pk), _edition(request)
    down = request.POST.get("direction") == "down"
    move = partial(planning.move_point, point, down=down, edition=edition, actor=_person(request))
    return _take(request, slug, move, _("The order is changed."))


@require_POST
@requires("advocacy.edit")
def point_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a point out of the plan; its ask stays in the library."""
    point, edition = _find_point(request, slug, pk), _edition(request)
    remove = partial(planning.remove_point, point, edition=edition, actor=_person(request))
    return _take(request, slug, remove, _("The point is removed. Its ask stays in the library."))


@require_POST
@requires("advocacy.edit")
def plan_review(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask a second person to publish it."""
    plan, note = find_plan(request, slug), request.POST.get("note", "")[:500]
    step = partial(plan_publishing.submit, plan, actor=_person(request), note=note)
    return _take(request, slug, step, _("The plan waits for review."))


@require_POST
@requires("advocacy.approve")
def plan_publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish the words that the page showed, as a second person."""
    plan, seen = find_plan(request, slug), request.POST.get("seen", "")[:64] or "nothing"
    step = partial(plan_publishing.approve, plan, actor=_person(request), seen=seen)
    return _take(request, slug, step, _("The plan is published."))


@require_POST
@requires("advocacy.approve")
def plan_changes(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for changes, with a comment."""
    plan, note = find_plan(request, slug), request.POST.get("note", "")[:500]
    step = partial(plan_publishing.ask_changes, plan, actor=_person(request), note=note)
    return _take(request, slug, step, _("You asked for changes. The writer gets your comment by e-mail."))


@require_POST
@requires("advocacy.approve")
def plan_unpublish(request: HttpRequest, slug: str) -> HttpResponse:
    """Take it off the public pages."""
    plan, note = find_plan(request, slug), request.POST.get("note", "")[:400]
    step = partial(plan_publishing.unpublish, plan, actor=_person(request), note=note)
    return _take(request, slug, step, _("The plan is off the public pages."))
