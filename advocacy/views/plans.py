"""Action plans in the workspace: read only in this version."""

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import requires
from advocacy.models import ActionPlan
from advocacy.reading import points_of


@requires("advocacy.view")
def plan_list(request: HttpRequest) -> HttpResponse:
    """All action plans one may see."""
    plans = ActionPlan.objects.visible_to(request.user).annotate(point_count=Count("points")).order_by("title", "id")
    page = Paginator(plans, 25).get_page(request.GET.get("page"))
    return render(request, "advocacy/plan_list.html", {"nav": "plans", "page_obj": page})


@requires("advocacy.view")
def plan_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One plan with its points in order."""
    plan = ActionPlan.objects.visible_to(request.user).filter(slug=slug).first()
    if plan is None:
        raise Http404
    context = {"nav": "plans", "plan": plan, "points": points_of(plan, plan.language)}
    return render(request, "advocacy/plan_detail.html", context)
