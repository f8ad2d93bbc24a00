"""Contacts → Organisations: the platform's members and everybody else's employers."""

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from accounts.access import requires
from contacts.confidentiality import reachable
from contacts.languages import country_name
from contacts.models import Organisation, OrganisationMembership, Post

PER_PAGE = 50


@requires("contacts.view")
@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    """Organisations by name, with the counts of members for a day (?on=YYYY-MM-DD, today without)."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    day, bad_day = _day(request.GET.get("on", ""))
    seen = Organisation.objects.visible_to(request.user)
    kind = OrganisationMembership.Kind
    members = Count("pk", filter=Q(pk__in=Organisation.objects.belonging_on(day, kind.MEMBER)))
    associates = Count("pk", filter=Q(pk__in=Organisation.objects.belonging_on(day, kind.ASSOCIATE)))
    belonging = Organisation.objects.belonging_on(day, kind.MEMBER, kind.ASSOCIATE)
    countries = Count("country", filter=Q(pk__in=belonging) & ~Q(country=""), distinct=True)
    memberships = Prefetch("memberships", OrganisationMembership.objects.order_by("id"))
    page = Paginator(seen.ids_by_name(words), PER_PAGE).get_page(request.GET.get("page"))
    rows = seen.prefetch_related(memberships).in_bulk(list(page.object_list))
    context = {
        "nav": "contacts",
        "tab": "organisations",
        "page_obj": page,
        "rows": [rows[pk] for pk in page.object_list if pk in rows],
        "words": words,
        "day": day,
        "bad_day": bad_day,
        "counts": seen.aggregate(members=members, associates=associates, countries=countries),
    }
    return render(request, "contacts/organisation_list.html", context)


@requires("contacts.view")
@require_safe
def organisation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation: how it belongs to the platform, how to reach it unless that is secret, who works there."""
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    posts = Post.objects.filter(organisation=organisation, contact__erased_at__isnull=True)
    posts = posts.select_related("contact").order_by("contact__sort_key", "id")
    context = {
        "nav": "contacts",
        "tab": "organisations",
        "organisation": organisation,
        "country": country_name(organisation.country),
        "reach": reachable(organisation),
        "memberships": list(organisation.memberships.order_by("started_on", "id")),
        "posts_page": Paginator(posts.filter(ended_on__isnull=True), PER_PAGE).get_page(request.GET.get("page")),
        "past_posts": list(posts.filter(ended_on__isnull=False)[:PER_PAGE]),
    }
    return render(request, "contacts/organisation_detail.html", context)


def _day(text: str) -> tuple[object, str]:
    """The day asked for and "", or today and what was not a day."""
    today = timezone.localdate()
    if not text:
        return today, ""
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    return (found, "") if found else (today, text[:40])
