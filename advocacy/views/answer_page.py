"""The page behind a member's link: the country's answers, to be changed and sent without an account.

The token is the only authority: no cookie is read or set, and no CSRF token is asked for.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import override

from advocacy import assessing
from advocacy.answer_links import link_of_token
from advocacy.assessing import AssessingError, Voice
from advocacy.forms.answers import answer_forms, answers_in
from advocacy.languages import interface_language
from advocacy.models import AnswerLink, Proposal
from advocacy.plan_content import plan_words, point_words, published_content
from advocacy.views.answers import known_to, sent_sentence
from advocacy.views.framing import link_page, standing_frame
from contacts.languages import country_name


@link_page
def answer_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show and take answers. A forged link is 404; one that expired, was taken back or whose plan went is 410."""
    link = link_of_token(token)
    if link is None:
        frame = standing_frame(settings.LANGUAGE_CODE, "plans")
        return render(request, "public/answer_unknown.html", frame, status=404)
    with override(interface_language(link.language)):
        frame = standing_frame(interface_language(link.language), "plans")
        if not link.is_open or link.plan.published_at is None:
            return render(request, "public/answer_over.html", {**frame, "link": link}, status=410)
        return _answer(request, link, token, frame)


def _answer(request: HttpRequest, link: AnswerLink, token: str, frame: dict[str, Any]) -> HttpResponse:
    content = published_content(link.plan)
    voice = Voice(link.organisation, link=link)
    is_post = request.method == "POST"
    points = point_words(content, link.language)
    forms = answer_forms(points, known_to(voice, link.plan, link.country), request.POST if is_post else None)
    status, error = 200, ""
    answers = answers_in(forms) if is_post else None
    if is_post and answers is None:
        status = 422
    if answers is not None:
        try:
            number = assessing.propose(link.plan, link.country, answers, by=voice)
            return redirect(f"{request.path}?sent={number}")
        except AssessingError as refused:
            status, error = 409, str(refused)
    own = Proposal.objects.filter(point__plan=link.plan, country=link.country, organisation=link.organisation)
    sent = request.GET.get("sent", "")
    context = {
        **frame,
        "link": link,
        "token": token,
        "words": plan_words(content, link.language),
        "country": country_name(link.country),
        "forms": forms,
        "has_errors": status == 422,
        "error": error,
        "sent": sent_sentence(int(sent)) if sent.isascii() and sent.isdigit() and len(sent) < 4 else "",
        "waiting": {row.point_id for row in own.waiting()},
        "decided": own.filter(decided_at__isnull=False).select_related("point").order_by("-decided_at")[:12],
    }
    return render(request, "public/answer.html", context, status=status)
