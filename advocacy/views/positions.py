"""Where people stand on a campaign, and what they promised: finding the person, setting it, the list."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from advocacy.campaign_story import REFERENCE
from advocacy.forms.evidence import PositionForm
from advocacy.models import Position
from advocacy.positions import Heard, counts_of, positions_of, set_position
from advocacy.views.campaigns import find_campaign
from contacts import recording
from contacts.forms.interactions import InteractionForm
from contacts.models import Contact, Interaction

PER_PAGE = 50
MOST_FOUND = 20


def find_person(request: HttpRequest, public_id: UUID) -> Contact:
    """A living person one may see; else 404."""
    found: Contact = get_object_or_404(Contact.objects.visible_to(request.user).living(), public_id=public_id)
    return found


@requires("contacts.view")
@require_safe
def position_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Who stands where on a campaign; ?stance= narrows it."""
    campaign = find_campaign(request, slug)
    people = Contact.objects.visible_to(request.user).living()
    rows = Position.objects.current().filter(campaign=campaign, contact__in=people).select_related("contact", "by")
    stance = request.GET.get("stance", "")
    if stance in Position.Stance.values:
        rows = rows.filter(stance=stance)
    page = Paginator(rows.order_by("contact__sort_key", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "nav": "campaigns",
        "campaign": campaign,
        "text": campaign.text_in(campaign.source_language),
        "stance": stance,
        "stances": counts_of(campaign),
        "page_obj": page,
    }
    return render(request, "advocacy/position_list.html", context)


@requires("contacts.edit")
@require_safe
def position_find(request: HttpRequest, slug: str) -> HttpResponse:
    """Finds whose position or promise is to be written down: ?q=."""
    campaign = find_campaign(request, slug)
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    people = Contact.objects.visible_to(request.user).living()
    context = {
        "nav": "campaigns",
        "campaign": campaign,
        "text": campaign.text_in(campaign.source_language),
        "words": words,
        "found": people.search(words).order_by("sort_key", "pk").with_seats()[:MOST_FOUND] if words else [],
    }
    return render(request, "advocacy/position_find.html", context)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def position_set(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Writes down where a person stands on a campaign (?campaign= chooses it), below what was known before."""
    person = find_person(request, public_id)
    wanted = request.GET.get("campaign", "").replace("\0", "")[:120]
    form = PositionForm(request.POST or None, user=request.user, campaign=wanted)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        heard = Heard(data["stance"], data["source"], data["said_on"])
        set_position(person, data["campaign"], heard, actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The position is kept. Earlier ones stay in the history."))
        if wanted:
            return redirect("advocacy:campaign_detail", data["campaign"].slug)
        return redirect("contacts:person_detail", person.public_id)
    context = {"nav": "contacts", "form": form, "person": person, "history": positions_of(person), "back": wanted}
    return render(request, "advocacy/position_set.html", context, status=422 if form.errors else 200)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def promise_record(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Records a commitment, meeting or call with a person for a campaign; it stands on the person's page as well."""
    campaign, person = find_campaign(request, slug), find_person(request, public_id)
    form = InteractionForm(request.POST or None, initial={"kind": Interaction.Kind.COMMITMENT})
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            entry = recording.write_down(person, form.cleaned_data, actor=request.user)  # type: ignore[arg-type]
            Interaction.objects.filter(pk=entry.pk).update(reference_type=REFERENCE, reference_id=str(campaign.pk))
        messages.success(request, _("It stands in the story of the campaign now, without the name."))
        return redirect("advocacy:campaign_detail", slug)
    context = {
        "nav": "campaigns",
        "form": form,
        "person": person,
        "campaign": campaign,
        "text": campaign.text_in(campaign.source_language),
    }
    return render(request, "advocacy/promise_record.html", context, status=422 if form.errors else 200)
