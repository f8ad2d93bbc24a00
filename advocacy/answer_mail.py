"""System mail about answers: to those who may confirm them, and back to who proposed them."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from advocacy.languages import interface_language
from advocacy.models import ActionPlan, Proposal
from advocacy.plan_content import plan_words, published_content
from contacts.colleagues import insiders_who_may
from contacts.languages import country_name
from transport.outbox import queue_mail


def deciders(plan: ActionPlan, *, but: User | None = None) -> list[User]:
    """Who may confirm answers to a plan: people with the permission who see it, except who proposed them."""
    return insiders_who_may("advocacy.approve", plan.owner_id, but=but.pk if but else None)


def tell_answers_came(plan: ActionPlan, country: str, written: Sequence[Proposal], *, but: User | None = None) -> None:
    """Write to everybody who may confirm; called in the transaction of the proposals."""
    page = reverse("advocacy:plan_country", args=[plan.slug, country.lower()])
    for person in deciders(plan, but=but):
        with override(person.language):
            context = {
                "title": plan.title,
                "organisation": written[0].organisation.name,
                "country": country_name(country),
                "number": len(written),
                "url": settings.SITE_URL + page,
            }
        queue_mail(
            purpose="answers-came",
            to=person.email,
            language=person.language,
            context=context,
            dedupe_key=f"answers-came:{written[0].batch}:{person.pk}",
        )


def tell_batch_decided(proposal: Proposal) -> None:
    """Once nothing of what was sent together waits any more, tell the sender what became of each point."""
    together = Proposal.objects.filter(batch=proposal.batch).select_related("point", "link", "proposed_by")
    rows = list(together.order_by("point__number"))
    if any(row.status == Proposal.Status.WAITING for row in rows):
        return
    link, person = proposal.link, proposal.proposed_by
    to = person.email if person else (link.email or proposal.organisation.email) if link else ""
    if not to:
        return
    language = person.language if person else link.language if link else settings.LANGUAGE_CODE
    plan = proposal.point.plan
    with override(interface_language(language)):
        context = {
            "title": plan_words(published_content(plan), language).title,
            "country": country_name(proposal.country),
            "lines": "\n".join(_line(row) for row in rows if row.status != Proposal.Status.REPLACED),
            "url": settings.SITE_URL
            + reverse("public:plan_country", args=[interface_language(language), plan.slug, proposal.country.lower()]),
        }
    queue_mail(
        purpose="answers-decided",
        to=to,
        language=language,
        context=context,
        dedupe_key=f"answers-decided:{proposal.batch}",
    )


def _line(row: Proposal) -> str:
    facts = {"number": row.point.number, "rating": row.get_rating_display(), "state": row.get_status_display()}
    line = _("Point %(number)s, %(rating)s: %(state)s.") % facts
    return f"{line} {row.decision}".strip()
