"""A plan that two member organisations answer, for the tests of plans and answers."""

from advocacy.assessing import Said, Voice, propose
from contacts.models import Affiliation, Organisation, OrganisationMembership
from tests.advocacy.scoreboard_parts import make_plan
from tests.factories import UserFactory


def member(name: str, country: str, **fields) -> Organisation:
    """A member organisation, invented."""
    organisation = Organisation.objects.create(name=name, country=country, **fields)
    OrganisationMembership.objects.create(organisation=organisation, kind="member")
    return organisation


def account_of(organisation: Organisation, **fields):
    """An officer's account at a member organisation."""
    user = UserFactory(affiliation=False, **fields)
    Affiliation.objects.create(user=user, organisation=organisation)
    return user


def said(rating: str = "met", **fields) -> Said:
    """An answer with evidence and source."""
    return Said(**{"rating": rating, "evidence": "Members saw it.", "source": "A law, article 4"} | fields)


def plan_and_points(**fields):
    """A published plan, and its points in order."""
    plan = make_plan(**fields)
    return plan, list(plan.points.order_by("number"))


def proposal_for(plan, point, organisation, answer=None, **voice):
    """Propose one answer and give its row."""
    propose(plan, organisation.country, {point.pk: answer or said()}, by=Voice(organisation, **voice))
    return point.proposals.get(status="waiting", organisation=organisation)


def form_of(points, **ratings):
    """What the page sends when every field is as it came, but the ratings that are given by number of the point."""
    data = {}
    for point in points:
        prefix = f"p{point.pk}-"
        rating = ratings.get(f"p{point.number}", "")
        blank = dict.fromkeys(("evidence", "source", "source_url", "source_date", "note", "rating"), "")
        data |= {prefix + name: value for name, value in blank.items()}
        data |= {f"initial-{prefix}{name}": "" for name in blank}
        if rating:
            data |= {prefix + "rating": rating, prefix + "evidence": "Seen.", prefix + "source": "A law"}
    return data
