"""The demo's action plan: six points whose wording is a placeholder, and invented answers of every kind.

The answers are dealt out by a fixed rule and say nothing about any country; each says that it is a sample. They come
about as everywhere: somebody proposes, a second person confirms. Two stay waiting, so that there is something to decide.
"""

import datetime as dt

from django.utils import timezone

from accounts.models import User
from advocacy import plan_publishing, planning
from advocacy.assessing import Said, Voice, confirm, propose
from advocacy.models import ActionPlan, Assessment, Point, Proposal
from advocacy.scoreboard import members_by_country

POINTS = range(1, 7)
TITLE = "6 point action plan for governments (sample)"
SUMMARY = (
    "How people who were trafficked can get the compensation they are owed. "
    "The six points below are placeholders: their real wording is not known here."
)
UNKNOWN = "The real wording is not known. Put the plan’s own text here."
FRENCH = {
    "title": "Plan d’action en six points pour les gouvernements (exemple)",
    "summary": "Comment les victimes de la traite peuvent obtenir l’indemnisation qui leur est due. "
    "Les six points ci-dessous sont des textes provisoires : leur vraie formulation n’est pas connue ici.",
    "addressee": "Les gouvernements",
}
FRENCH_UNKNOWN = "La vraie formulation n’est pas connue. Mettez ici le texte du plan."
# Five in the order in which answers go round; None is no data.
_ROUND = ["met", "partly", "not_met", "met", None]
_EARLIER = {"met": "partly", "partly": "not_met", "not_met": "partly"}
_EVIDENCE = {
    "met": "Sample: members saw the measure in use in all regions they work in.",
    "partly": "Sample: the measure exists, for people with a residence permit only.",
    "not_met": "Sample: members looked for the measure and found none.",
}


def make_plan(officer: User, approver: User) -> None:
    """Make the plan, publish it, and fill its table, unless it is there."""
    plan = ActionPlan.objects.filter(is_sample=True).first() or _write(officer)
    if plan.published_at is None:
        plan_publishing.submit(plan, actor=officer)
        plan_publishing.approve(plan, actor=approver, seen=plan_publishing.waits_for(plan, approver))
    if not Proposal.objects.filter(point__plan=plan).exists():
        _answer(plan, officer, approver)


def _write(officer: User) -> ActionPlan:
    words = {"title": TITLE, "summary": SUMMARY, "addressee": "Governments"}
    plan = planning.create_plan(actor=officer, words=words, language="en", is_sample=True)
    for number in POINTS:
        text = {"title": f"Point {number}: placeholder", "short": f"Placeholder {number}", "explanation": UNKNOWN}
        ask = planning.create_ask(
            actor=officer, language="en", text=text, facts={"is_placeholder": True, "level": "national"}
        )
        text = {
            "title": f"Point {number} : texte provisoire",
            "short": f"Provisoire {number}",
            "explanation": FRENCH_UNKNOWN,
        }
        planning.save_ask_text(ask, "fr", text, edition=ask.edition, actor=officer)
        plan.refresh_from_db()
        planning.add_point(plan, ask, edition=plan.edition, actor=officer)
    planning.save_plan_words(plan, "fr", FRENCH, edition=plan.edition, actor=officer)
    return plan


def _answer(plan: ActionPlan, officer: User, approver: User) -> None:
    """An answer for most cells, every fourth with an earlier one, and two that wait."""
    points = list(plan.points.order_by("number"))
    members = sorted(members_by_country(timezone.localdate()).items())
    for place, (country, organisations) in enumerate(members):
        voice = Voice(organisations[0], user=officer)
        now = {point.pk: _said(_dealt(place, index), place) for index, point in enumerate(points)}
        before = {pk: _said(_EARLIER[said.rating], 7) for pk, said in now.items() if said and pk % 4 == place % 4}
        for answers, days in ((before, 200), (now, 12)):
            propose(plan, country, {pk: said for pk, said in answers.items() if said}, by=voice)
            _confirm_all(country, points, approver, days)
    for country, organisations in members[:2]:
        answer = Said("partly", _EVIDENCE["partly"], "A report made up for the demo, page 3 (sample)", note="Sample")
        propose(plan, country, {points[5].pk: answer}, by=Voice(organisations[0], user=officer))


def _dealt(place: int, index: int) -> str | None:
    return _ROUND[(place * 3 + index * 2 + place // 5) % len(_ROUND)]


def _said(rating: str | None, place: int) -> Said | None:
    if rating is None:
        return None
    day = dt.date(2025, 1, 1) + dt.timedelta(days=place * 11)
    source = f"A report made up for the demo, page {place + 1} (sample)"
    return Said(rating, _EVIDENCE[rating], source, source_date=day)


def _confirm_all(country: str, points: list[Point], approver: User, days: int) -> None:
    """Confirm what waits, and let it look as old as it should: the history has more than one day."""
    at = timezone.now() - dt.timedelta(days=days)
    for proposal in Proposal.objects.waiting().filter(country=country, point__in=points).select_related("point"):
        current = Assessment.objects.current().filter(point=proposal.point, country=country).first()
        answer = confirm(proposal, actor=approver, seen=current.pk if current else 0)
        Assessment.objects.filter(pk=answer.pk).update(confirmed_at=at, reported_at=at, is_sample=True)
        if current:
            Assessment.objects.filter(pk=current.pk).update(superseded_at=at)
