"""Countries' answers in the workspace: the table, a country's page, decisions, links to members, their own answers."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.ids import id_in
from advocacy import answer_links, assessing
from advocacy.assessing import AssessingError, Voice, organisations_of
from advocacy.forms.answers import DecisionForm, LinkForm, answer_forms, answers_in
from advocacy.models import ActionPlan, Assessment, Proposal
from advocacy.plan_content import content_of, point_words
from advocacy.scoreboard import Board, Row, board_of, members_by_country
from advocacy.views.plans import find_plan
from contacts.languages import country_name


def _board(plan: ActionPlan) -> Board:
    """The table with the words that are being written: the desk works on these."""
    return board_of(plan, plan.language, content=content_of(plan))


@requires("advocacy.view")
def plan_answers(request: HttpRequest, slug: str) -> HttpResponse:
    """All countries on all points, what waits for a decision first, and the links that members have."""
    plan = find_plan(request, slug)
    return _answers_page(request, plan)


def _answers_page(
    request: HttpRequest, plan: ActionPlan, *, form: LinkForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    board = _board(plan)
    members = [member for row in sorted(board.rows, key=lambda row: row.name) for member in row.members]
    waiting = Proposal.objects.waiting().filter(point__plan=plan).select_related("point", "organisation")
    links = plan.answer_links.filter(revoked_at__isnull=True).select_related("organisation").order_by("-id")[:100]
    context = {
        "nav": "plans",
        "plan": plan,
        "board": board,
        "waiting": [(row, country_name(row.country)) for row in waiting.order_by("country", "point__number")[:200]],
        "links": [(link, answer_links.address_of(link)) for link in links],
        "link_form": form or LinkForm(members=members),
        "may_edit": request.user.has_perm("advocacy.edit"),
        "error": error,
    }
    return render(request, "advocacy/plan_answers.html", context, status=status)


@require_POST
@requires("advocacy.edit")
def link_send(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a link for a member organisation and mail it."""
    plan = find_plan(request, slug)
    members = [member for row in members_by_country(timezone.localdate()).values() for member in row]
    form = LinkForm(request.POST, members=members)
    if not form.is_valid():
        return _answers_page(request, plan, form=form, status=422)
    chosen = form.cleaned_data
    terms = answer_links.Terms(email=chosen["email"], language=chosen["language"], days=chosen["days"])
    try:
        link = answer_links.send_link(plan, form.member(), actor=request.user, terms=terms)  # type: ignore[arg-type]
    except AssessingError as error:
        return _answers_page(request, plan, form=form, error=str(error), status=409)
    name = link.organisation.name
    if terms.email or link.organisation.email:
        messages.success(request, _("A link is on its way to %(name)s.") % {"name": name})
    else:
        sentence = _("The link for %(name)s is made. We have no address: copy it from the list and pass it on.")
        messages.warning(request, sentence % {"name": name})
    return redirect("advocacy:plan_answers", slug=slug)


@require_POST
@requires("advocacy.edit")
def link_revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a link back."""
    plan = find_plan(request, slug)
    link = plan.answer_links.select_related("organisation", "plan").filter(pk=pk).first()
    if link is None:
        raise Http404
    answer_links.revoke(link, actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The link of %(name)s opens nothing any more.") % {"name": link.organisation.name})
    return redirect("advocacy:plan_answers", slug=slug)


@requires("advocacy.view")
def plan_country(request: HttpRequest, slug: str, country: str) -> HttpResponse:
    """One country: each point with its answer, its history and the proposals that wait, to be decided here."""
    return _country_page(request, find_plan(request, slug), country)


def _country_page(
    request: HttpRequest,
    plan: ActionPlan,
    country: str,
    *,
    bound: tuple[int, DecisionForm] | None = None,
    error: str = "",
) -> HttpResponse:
    """`bound` is a decision with mistakes (422), `error` a sentence about one that was refused (409)."""
    board = _board(plan)
    row = board.row_of(country.upper())
    if row is None:
        raise Http404
    user: Any = request.user
    proposals = Proposal.objects.filter(point__plan=plan, country=row.country)
    waiting = list(proposals.waiting().select_related("organisation", "proposed_by", "link"))
    decided = proposals.filter(decided_at__isnull=False).select_related("organisation", "decided_by", "point")
    context = {
        "nav": "plans",
        "plan": plan,
        "board": board,
        "row": row,
        "cells": [(cell, [_decidable(one, row, bound) for one in waiting if one.point_id == cell.point.point])
                  for cell in row.cells],
        "decided": decided.order_by("-decided_at")[:20],
        "user_id": user.pk,
        "may_decide": user.has_perm("advocacy.approve"),
        "may_propose": user.has_perm("advocacy.edit"),
        "error": error,
    }  # fmt: skip
    status = 409 if error else 422 if bound else 200
    return render(request, "advocacy/plan_country.html", context, status=status)


def _decidable(proposal: Proposal, row: Row, bound: tuple[int, DecisionForm] | None) -> tuple[Proposal, DecisionForm]:
    if bound is not None and bound[0] == proposal.pk:
        return proposal, bound[1]
    cell = next(cell for cell in row.cells if cell.point.point == proposal.point_id)
    seen = cell.current.pk if cell.current else 0
    initial = {**proposal.words(), "seen": seen}
    return proposal, DecisionForm(prefix=f"d{proposal.pk}", initial=initial)


def _find_proposal(request: HttpRequest, slug: str, pk: int) -> Proposal:
    plan = find_plan(request, slug)
    rows = Proposal.objects.select_related("point", "point__plan", "organisation", "proposed_by", "link")
    proposal = rows.filter(pk=pk, point__plan=plan).first()
    if proposal is None:
        raise Http404
    return proposal


@require_POST
@requires("advocacy.approve")
def proposal_decide(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Confirm a proposal, with the words as they stand in the form, or decline it (decision=decline)."""
    proposal = _find_proposal(request, slug, pk)
    plan, country = proposal.point.plan, proposal.country
    form = DecisionForm(request.POST, prefix=f"d{pk}", initial=proposal.words())
    user: Any = request.user
    is_decline = request.POST.get("decision") == "decline"
    if not form.is_valid() and not is_decline:
        return _country_page(request, plan, country, bound=(pk, form))
    sentence = str(form.data.get(f"d{pk}-sentence", ""))[:500]
    try:
        if is_decline:
            assessing.decline(proposal, actor=user, sentence=sentence)
            messages.success(request, _("Declined. The member gets your sentence."))
        else:
            assessing.confirm(proposal, actor=user, seen=form.cleaned_data["seen"], said=form.said(), sentence=sentence)
            messages.success(request, _("Confirmed. The public page shows it now."))
    except AssessingError as error:
        return _country_page(request, plan, country, error=str(error))
    return redirect("advocacy:plan_country", slug=slug, country=country.lower())


@require_POST
@requires("advocacy.approve")
def assessment_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a confirmed answer back: there is no data again."""
    plan = find_plan(request, slug)
    assessment = Assessment.objects.select_related("point", "point__plan").filter(pk=pk, point__plan=plan).first()
    if assessment is None:
        raise Http404
    try:
        assessing.take_back(assessment, actor=request.user, sentence=request.POST.get("sentence", "")[:300])  # type: ignore[arg-type]
    except AssessingError as error:
        return _country_page(request, plan, assessment.country, error=str(error))
    messages.success(request, _("Taken back. The point has no data again; the history keeps the answer."))
    return redirect("advocacy:plan_country", slug=slug, country=assessment.country.lower())


@requires("advocacy.edit")
def answer_edit(request: HttpRequest, slug: str, country: str) -> HttpResponse:
    """Propose answers for a country: by an account of its member organisation, or by a colleague for one."""
    user: Any = request.user
    plan = ActionPlan.objects.visible_to(user).filter(slug=slug).first()
    plan = plan or ActionPlan.objects.published().filter(slug=slug).first()
    code = country.upper()
    organisations = organisations_of(user, code) if plan else []
    if plan is None or not organisations:
        raise Http404
    chosen = id_in(request.POST.get("organisation", "")) or organisations[0].pk
    voice = next(
        (Voice(row, user=user) for row in organisations if row.pk == chosen), Voice(organisations[0], user=user)
    )
    forms = answer_forms(point_words(content_of(plan), plan.language), known_to(voice, plan, code), _posted(request))
    context = {
        "nav": "plans",
        "plan": plan,
        "country": country_name(code),
        "code": country,
        "organisations": organisations,
        "chosen": voice.organisation.pk,
        "forms": forms,
        "is_keeper": ActionPlan.objects.visible_to(user).filter(pk=plan.pk).exists(),
    }
    if request.method != "POST":
        return render(request, "advocacy/answer_edit.html", context)
    answers = answers_in(forms)
    if answers is None:
        return render(request, "advocacy/answer_edit.html", context | {"has_errors": True}, status=422)
    try:
        number = assessing.propose(plan, code, answers, by=voice)
    except AssessingError as error:
        return render(request, "advocacy/answer_edit.html", context | {"error": str(error)}, status=409)
    messages.success(request, sent_sentence(number))
    if context["is_keeper"]:
        return redirect("advocacy:plan_country", slug=slug, country=country)
    return redirect("advocacy:answer_edit", slug=slug, country=country)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def known_to(voice: Voice, plan: ActionPlan, country: str) -> dict[int, Any]:
    """What the forms begin with: current answers, over which the organisation's own waiting proposals lie."""
    current = Assessment.objects.current().filter(point__plan=plan, country=country)
    own = Proposal.objects.waiting().filter(point__plan=plan, country=country, organisation=voice.organisation)
    known: dict[int, Any] = {row.point_id: row for row in current}
    return known | {row.point_id: row for row in own}


def sent_sentence(number: int) -> str:
    """What happened to the answers that were sent."""
    if not number:
        return _("Nothing had changed, so nothing was sent.")
    return ngettext(
        "One answer was sent. It is public once a second person has confirmed it.",
        "%(number)s answers were sent. They are public once a second person has confirmed them.",
        number,
    ) % {"number": number}
