"""From what we published since the last issue: what is offered, in which languages, and what comes of it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from advocacy.models import ActionPlan, Ask, AskText, Assessment, CalendarDay, Event, PlanText, Point
from advocacy.plan_content import keep_published
from contacts.models import Organisation, OrganisationMembership
from mailing.issues import drafting, prefill
from mailing.issues.sources import link_of, words_of_figures
from mailing.models import Mailing
from tests.factories import SenderFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_days(db):
    """The days of the field come near now and then; tests make their own."""
    CalendarDay.objects.all().delete()


@pytest.fixture
def plan(db, officer, approver):
    """A published plan of two points; Ireland meets the first, France none. The public page counts two countries."""
    made = ActionPlan.objects.create(
        slug="six-points",
        title="Six points",
        summary="What governments can do.",
        addressee="Governments",
        status="published",
        published_at=timezone.now(),
    )
    PlanText.objects.create(plan=made, language="fr", title="Six points en français", summary="Que faire.")
    for number, name in enumerate(["Legal aid", "Right to stay"], start=1):
        ask = Ask.objects.create(slug=f"ask-{number}", level="national")
        AskText.objects.create(ask=ask, language="en", title=f"{name} for all", short=name)
        Point.objects.create(plan=made, ask=ask, number=number)
    for country in ("IE", "FR"):
        member = Organisation.objects.create(name=f"Member of {country}", country=country)
        OrganisationMembership.objects.create(organisation=member, kind="member")
    point = made.points.get(number=1)
    Assessment.objects.create(
        point=point, country="IE", rating="met", confirmed_by=approver, confirmed_at=timezone.now()
    )
    return made


def keys(contact_list, user):
    return [offer.key for offer in prefill.offers_of(contact_list, user)]


def test_the_first_issue_looks_back_thirty_days_and_the_next_ones_to_the_last(monthly, officer, published):
    SenderFactory()
    recent, _old = published("Recent", days=29), published("Old", days=31)
    assert keys(monthly, officer) == [f"statement-{recent.pk}"]
    issue = drafting.begin(monthly, title="November", language="en", actor=officer)
    assert keys(monthly, officer) == []
    Mailing.objects.filter(pk=issue.pk).update(created_at=timezone.now() - dt.timedelta(days=60))
    assert len(keys(monthly, officer)) == 2


def test_an_issue_that_was_given_up_does_not_count(monthly, officer, published):
    SenderFactory()
    published()
    issue = drafting.begin(monthly, title="November", language="en", actor=officer)
    Mailing.objects.filter(pk=issue.pk).update(status="cancelled", finished_at=timezone.now())
    assert len(keys(monthly, officer)) == 1


def test_only_what_is_public_is_offered(monthly, officer, published):
    published("Withdrawn", status="withdrawn")
    assert keys(monthly, officer) == []


def test_nothing_of_another_organisation_is_offered(monthly, published):
    published()
    stranger = UserFactory(affiliation=Organisation.objects.create(name="Another house"))
    assert keys(monthly, stranger) == []


def test_an_item_has_title_and_lede_in_every_language_of_its_statement(monthly, officer, published):
    SenderFactory()
    published(fr="La réparation est un droit")
    offers = prefill.offers_of(monthly, officer)
    issue = drafting.begin(monthly, title="November", language="en", actor=officer, offers=offers)
    item = issue.blocks.get(kind="item")
    texts = {text.language: text for text in item.texts.all()}
    assert texts["fr"].heading == "La réparation est un droit"
    assert texts["en"].body == "<p>Most people are never paid.</p>"
    assert sorted(issue.contents.values_list("language", flat=True)) == ["en", "fr"]
    assert [block.position for block in issue.blocks.all()] == [1, 2]


def test_the_link_of_an_item_leads_to_the_public_page_in_that_language_or_in_the_first(
    monthly, officer, published, settings, client
):
    SenderFactory()
    statement = published(fr="La réparation")
    offers = prefill.offers_of(monthly, officer)
    item = drafting.begin(monthly, title="N", language="en", actor=officer, offers=offers).blocks.get(kind="item")
    for language, expected in (("en", "en"), ("fr", "fr"), ("de", "en")):
        link = link_of(item, language)
        assert link == f"{settings.SITE_URL}/{expected}/statements/{statement.slug}/"
        assert client.get(link.removeprefix(settings.SITE_URL)).status_code == 200


def test_figures_are_counted_as_the_public_page_counts_them(plan, monthly, officer, client):
    words = words_of_figures(plan)
    assert words["en"].rows == [
        {"label": "Legal aid", "value": 1, "of": 2},
        {"label": "Right to stay", "value": 0, "of": 2},
    ]
    assert words["fr"].heading == "Six points en français"
    assert keys(monthly, officer) == [f"plan-{plan.pk}", f"figures-{plan.pk}"]


def test_figures_that_changed_are_told(plan, monthly, officer, approver):
    from mailing.issues import blocks, sources

    SenderFactory()
    offers = prefill.offers_of(monthly, officer)
    issue = drafting.begin(monthly, title="N", language="en", actor=officer, offers=offers)
    assert sources.stale_blocks(blocks.in_order(issue)) == set()
    point = plan.points.get(number=2)
    Assessment.objects.create(
        point=point, country="FR", rating="met", confirmed_by=approver, confirmed_at=timezone.now()
    )
    figures = issue.blocks.get(kind="figures")
    assert sources.stale_blocks(blocks.in_order(issue)) == {figures.pk}
    drafting.take_over(figures, actor=officer)
    assert [row["value"] for row in figures.texts.get(language="en").rows] == [1, 1]


def test_dates_are_those_of_the_next_six_weeks_in_each_language(monthly, officer):
    today = timezone.localdate()
    soon, late = today + dt.timedelta(days=10), today + dt.timedelta(days=60)
    CalendarDay.objects.create(slug="a", month=soon.month, day=soon.day, name="Rights Day", names={"fr": "Journée"})
    CalendarDay.objects.create(slug="b", month=late.month, day=late.day, name="Too late")
    starts = timezone.now() + dt.timedelta(days=5)
    Event.objects.create(slug="hearing", title="Hearing", starts_at=starts, is_public=True, place="Brussels")
    Event.objects.create(slug="secret", title="Closed meeting", starts_at=starts, is_public=False)
    (offer,) = prefill.offers_of(monthly, officer, languages=["fr"])
    assert offer.key == "dates"
    event_day = timezone.localtime(starts).date().isoformat()
    assert offer.texts["fr"].rows == [
        {"day": event_day, "text": "Hearing, Brussels"},
        {"day": soon.isoformat(), "text": "Journée"},
    ]


def test_what_an_earlier_issue_told_is_marked(monthly, officer, published):
    SenderFactory()
    published()
    offers = prefill.offers_of(monthly, officer)
    issue = drafting.begin(monthly, title="N", language="en", actor=officer, offers=offers)
    Mailing.objects.filter(pk=issue.pk).update(created_at=timezone.now() - dt.timedelta(days=9))
    (offer,) = prefill.offers_of(monthly, officer)
    assert offer.was_told


def test_only_what_was_ticked_is_taken(monthly, officer, published):
    first, second = published("First", days=2), published("Second", days=1)
    offers = prefill.offers_of(monthly, officer)
    assert [offer.source for offer in prefill.chosen(offers, [f"statement-{first.pk}", "nonsense"])] == [first]
    assert second in [offer.source for offer in offers]


@pytest.mark.parametrize("number", [2, 12])
def test_beginning_asks_little_however_much_was_published(
    desk, monthly, published, plan, approver, number, django_assert_max_num_queries
):
    for one in range(number):
        published(f"Statement {one}", fr=f"Texte {one}")
        more = ActionPlan.objects.create(
            slug=f"plan-{one}", title=f"Plan {one}", status="published", published_at=timezone.now()
        )
        for point in plan.points.all():
            copy = Point.objects.create(plan=more, ask=point.ask, number=point.number)
            Assessment.objects.create(
                point=copy, country="IE", rating="met", confirmed_by=approver, confirmed_at=timezone.now()
            )
    keep_published(ActionPlan.objects.all())
    path = f"{reverse('newsletters:issue_create')}?list={monthly.pk}"
    kinds = [offer.kind for offer in desk.get(path).context["offers"]]
    assert (kinds.count("item"), kinds.count("figures")) == (number * 2 + 1, number + 1)
    # Twelve, and two for figures: the answers they are counted from, and the members by country.
    with django_assert_max_num_queries(12 + 2):
        desk.get(path)
