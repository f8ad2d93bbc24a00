"""Campaigns in the workspace: the list, one campaign and its story, its texts, what belongs to it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.ids import id_in
from advocacy import campaigning
from advocacy.campaign_story import parted, story_of
from advocacy.campaigning import NotYours, may_edit, without_campaign
from advocacy.forms.campaigns import BelongingForm, CampaignFilterForm, CampaignForm, WordsForm, WriteForm
from advocacy.languages import is_language
from advocacy.models import Campaign
from advocacy.positions import counts_of

PER_PAGE = 25


def find_campaign(request: HttpRequest, slug: str) -> Campaign:
    """The campaign of this short name with its texts, if the person may see it; else 404."""
    rows = Campaign.objects.visible_to(request.user).select_related("lead", "officer", "owner")
    found: Campaign = get_object_or_404(rows.prefetch_related("texts"), slug=slug)
    return found


@requires("advocacy.view")
@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    """All campaigns one may see, the latest first; words and state narrow it."""
    form = CampaignFilterForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    everything = Campaign.objects.visible_to(request.user)
    rows = everything.with_title().select_related("lead")
    today = timezone.localdate()
    if asked.get("state") == "running":
        rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today)
    elif asked.get("state") == "ended":
        rows = rows.filter(ends_on__lt=today)
    elif asked.get("state") == "public":
        rows = rows.public()
    if asked.get("q"):
        rows = rows.matching(asked["q"])
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "nav": "campaigns",
        "tab": "campaigns",
        "form": form,
        "page_obj": page,
        "today": today,
        "is_filtered": any(asked.values()),
        "is_empty": not page.object_list and not everything.exists(),
    }
    return render(request, "advocacy/campaign_list.html", context)


@requires("advocacy.edit")
@require_http_methods(["GET", "POST"])
def campaign_create(request: HttpRequest) -> HttpResponse:
    """A new campaign; colleagues only until somebody makes it public."""
    return _edit(request, Campaign())


@requires("advocacy.edit")
@require_http_methods(["GET", "POST"])
def campaign_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Changes a campaign; a public one only by who may approve."""
    return _edit(request, find_campaign(request, slug))


def _edit(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    user: Any = request.user
    if campaign.pk and not may_edit(user, campaign):
        messages.info(request, _("The public reads this campaign. An approver may change it."))
        return redirect("advocacy:campaign_detail", campaign.slug)
    form = CampaignForm(request.POST or None, campaign=campaign, user=user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        words = form.words(campaign.source_language if campaign.pk else data["language"])
        try:
            saved = campaigning.save_campaign(
                form.fill(), words, partners=data["partners"], bodies=data["bodies"], actor=user
            )
        except NotYours as error:
            raise PermissionDenied from error
        messages.success(request, _("The campaign is saved."))
        return redirect("advocacy:campaign_detail", saved.slug)
    context = {"nav": "campaigns", "form": form, "campaign": campaign}
    return render(request, "advocacy/campaign_form.html", context, status=422 if form.errors else 200)


@requires("advocacy.view")
@require_safe
def campaign_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """A campaign's story on one page: what was said, sent, answered and promised, and where people stand."""
    campaign = find_campaign(request, slug)
    user: Any = request.user
    choice = WriteForm(request.GET if "write" in request.GET else None, campaign=campaign)
    if choice.is_bound and choice.is_valid():
        return redirect("advocacy:campaign_text", slug, choice.cleaned_data["write"])
    context = {
        "nav": "campaigns",
        "campaign": campaign,
        "language_form": WriteForm(campaign=campaign),
        "text": campaign.text_in(campaign.source_language),
        "texts": list(campaign.texts.all()),
        "partners": list(campaign.partners.order_by("name")),
        "bodies": list(campaign.target_bodies.all()),
        "stances": counts_of(campaign),
        "may_edit": may_edit(user, campaign),
        "today": timezone.localdate(),
        **parted(story_of(campaign)),
    }
    return render(request, "advocacy/campaign_detail.html", context)


@requires("advocacy.edit")
@require_http_methods(["GET", "POST"])
def campaign_text(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """A campaign's text in another language."""
    campaign = find_campaign(request, slug)
    if not is_language(language):
        messages.error(request, _("Texts cannot be in this language."))
        return redirect("advocacy:campaign_detail", slug)
    if not may_edit(request.user, campaign):  # type: ignore[arg-type]
        messages.info(request, _("The public reads this campaign. An approver may change it."))
        return redirect("advocacy:campaign_detail", slug)
    text = next((row for row in campaign.texts.all() if row.language == language), None)
    initial = {"title": text.title, "aim": text.aim, "about": text.about} if text else {}
    form = WordsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            campaigning.save_translation(campaign, form.words(language), actor=request.user)  # type: ignore[arg-type]
        except NotYours as error:
            raise PermissionDenied from error
        messages.success(request, _("The text is saved."))
        return redirect("advocacy:campaign_detail", slug)
    source = campaign.text_in(campaign.source_language)
    context = {"nav": "campaigns", "form": form, "campaign": campaign, "language": language, "source": source}
    return render(request, "advocacy/campaign_text.html", context, status=422 if form.errors else 200)


@requires("advocacy.approve")
@require_POST
def campaign_public(request: HttpRequest, slug: str) -> HttpResponse:
    """Shows a campaign to the public (public=yes), or to colleagues only."""
    campaign = find_campaign(request, slug)
    is_public = request.POST.get("public") == "yes"
    if campaigning.set_public(campaign, is_public=is_public, actor=request.user):  # type: ignore[arg-type]
        done = _("The public reads this campaign now.") if is_public else _("Only colleagues see this campaign now.")
        messages.success(request, done)
    return redirect("advocacy:campaign_detail", slug)


@requires("advocacy.edit")
@require_http_methods(["GET", "POST"])
def campaign_belongings(request: HttpRequest, slug: str) -> HttpResponse:
    """Which statements and plans belong to a campaign: puts one in, takes one out."""
    campaign = find_campaign(request, slug)
    user: Any = request.user
    form = BelongingForm(request.POST if "what" in request.POST else None, choices=without_campaign(user))
    if "out" in request.POST:
        kind, pk = _kind_and_id(request.POST["out"])
        if pk and campaigning.take_out(campaign, kind, pk, actor=user):
            messages.success(request, _("Taken out of this campaign."))
        return redirect("advocacy:campaign_belongings", slug)
    if form.is_bound and form.is_valid():
        kind, pk = _kind_and_id(form.cleaned_data["what"])
        if pk and campaigning.put_in(campaign, kind, pk, actor=user):
            messages.success(request, _("It belongs to this campaign now."))
        return redirect("advocacy:campaign_belongings", slug)
    context = {
        "nav": "campaigns",
        "campaign": campaign,
        "text": campaign.text_in(campaign.source_language),
        "form": form,
        "statements": campaign.statements.visible_to(user).with_title().order_by("-changed_at"),
        "plans": campaign.plans.visible_to(user),
    }
    return render(request, "advocacy/campaign_belongings.html", context, status=422 if form.errors else 200)


def _kind_and_id(words: str) -> tuple[str, int]:
    """("statement", 12) of "statement:12"; ("", 0) of anything else."""
    kind, _colon, pk = words.partition(":")
    return (kind, id_in(pk) or 0) if kind in campaigning.BELONGINGS else ("", 0)
