"""The demo's action plan: six points whose wording is a placeholder, and invented answers of every kind.

The answers are dealt out by a fixed rule and say nothing about any country; each says that it is a sample. Two more
wait, so that there is something to decide.
"""

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from accounts.models import User
from advocacy import plan_publishing, planning
from advocacy.assessing import Said, Voice, propose
from advocacy.models import ActionPlan, Assessment, Point, Proposal
from advocacy.scoreboard import members_by_country
from contacts.models import Organisation
from desk.demo.address_book import HOUSE

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
    """An answer for most cells, every fourth with an earlier one, and two that wait for a decision.

    The confirmed ones name no organisation: the members are real, and have said nothing of this.
    """
    now = timezone.now()
    old, new = now - dt.timedelta(days=200), now - dt.timedelta(days=12)
    rows = []
    for place, country in enumerate(sorted(members_by_country(timezone.localdate()))):
        for index, point in enumerate(plan.points.order_by("number")):
            rating = _dealt(place, index)
            if rating is None:
                continue
            if (place + index) % 4 == 0:
                earlier = _said(_EARLIER[rating], place)
                rows.append(_row(point, country, earlier, old, superseded_at=new, confirmed_by=approver))
            rows.append(_row(point, country, _said(rating, place), new, confirmed_by=approver))
    Assessment.objects.bulk_create(rows)
    house = Organisation.objects.get(name=HOUSE)
    waiting = {point.pk: _said("partly", 3) for point in plan.points.order_by("-number")[:2]}
    propose(plan, house.country, waiting, by=Voice(house, user=officer))


def _dealt(place: int, index: int) -> str | None:
    return _ROUND[(place * 3 + index * 2 + place // 5) % len(_ROUND)]


def _said(rating: str, place: int) -> Said:
    source = f"A report made up for the demo, page {place + 1} (sample)"
    return Said(rating, _EVIDENCE[rating], source, source_date=dt.date(2025, 1, 1) + dt.timedelta(days=place * 11))


def _row(point: Point, country: str, said: Said, at: dt.datetime, **more: Any) -> Assessment:
    return Assessment(
        point=point, country=country, is_sample=True, reported_at=at, confirmed_at=at, **asdict(said), **more
    )
