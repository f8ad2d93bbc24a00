"""The country's line of a plan becomes a passage a country, in the words that were confirmed."""

from datetime import date

import pytest
from django.urls import reverse

from advocacy.models import ActionPlan, Ask, AskText, Assessment, PlanText, Point
from contacts.models import Organisation, OrganisationMembership
from mailing import alternatives
from mailing.country_lines import outdated, plan_lines, write_lines
from mailing.lifecycle import LifecycleError
from mailing.models import Mailing, MailingContent, Passage, PassageText
from tests.factories import MailingContentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(db):
    """Two points; Austria meets the first and partly the second, Ireland has not answered."""
    made = ActionPlan.objects.create(slug="six-points", title="Six & more", addressee="Governments", language="en")
    PlanText.objects.create(plan=made, language="fr", title="Six points", addressee="Gouvernements")
    for number, (english, french) in enumerate([("Legal aid", "Aide juridique"), ("A fund", "Un fonds")], start=1):
        ask = Ask.objects.create(slug=f"ask-{number}")
        AskText.objects.create(ask=ask, language="en", title=english)
        AskText.objects.create(ask=ask, language="fr", title=french)
        Point.objects.create(plan=made, ask=ask, number=number)
    for country in ("AT", "IE"):
        member = Organisation.objects.create(name=f"Member in {country}", country=country)
        OrganisationMembership.objects.create(organisation=member, kind="member", started_on=date(2020, 1, 1))
    rate(made, 1, "met")
    rate(made, 2, "partly")
    return made


def rate(plan, number, rating):
    """Austria's confirmed answer on a point."""
    point = plan.points.get(number=number)
    return Assessment.objects.create(point=point, country="AT", rating=rating, evidence="The law.", source="Gazette")


def test_a_line_says_what_was_confirmed_in_each_language_with_words(plan):
    lines = plan_lines(plan, ["en", "fr", "pl"])
    assert set(lines) == {"AT"}
    assert lines["AT"] == {
        "en": "<p>Austria: 1 of the 2 points of “Six &amp; more” are met.</p>"
        "<ul><li>Legal aid: met</li><li>A fund: partly met</li></ul>",
        "fr": "<p>Autriche : 1 points sur 2 du plan « Six points » sont remplis.</p>"
        "<ul><li>Aide juridique: rempli</li><li>Un fonds: rempli en partie</li></ul>",
    }


def test_lines_become_passages_that_readers_of_the_country_get(plan, letter, member, officer):
    MailingContentFactory(mailing=letter, language="fr")
    member(country="AT", language="en")
    member(country="IE")
    assert write_lines(Mailing.objects.get(pk=letter.pk), plan, place=1, actor=officer) == 1
    passage = Passage.objects.get()
    assert (passage.country, passage.plan, passage.texts.count()) == ("AT", plan, 2)
    reading = alternatives.reading_of(Mailing.objects.get(pk=letter.pk))
    assert (reading.count(1, passage.pk), reading.count(1, 0)) == (1, 1)


def test_a_changed_scoreboard_is_told_and_the_letter_keeps_its_words_until_they_are_written_again(
    plan, letter, officer, sign_in
):
    write_lines(Mailing.objects.get(pk=letter.pk), plan, place=1, actor=officer)
    before = PassageText.objects.get().body
    assert outdated(Passage.objects.all()) == set()
    Assessment.objects.filter(point__number=2).update(rating="met")
    assert outdated(Passage.objects.all()) == {1}
    assert PassageText.objects.get().body == before
    client = sign_in(officer)
    url = reverse("mailing:passage_list", args=[letter.reference])
    assert "The scoreboard says something else by now." in client.get(url).content.decode()
    place = MailingContent.objects.get().body
    lines = reverse("mailing:passage_lines", args=[letter.reference])
    client.post(lines, {"plan": plan.pk, "place": "1"})
    assert "2 of the 2 points" in PassageText.objects.get().body
    assert MailingContent.objects.get().body == place
    assert "by now" not in client.get(url).content.decode()
    client.post(reverse("mailing:passage_lines_remove", args=[letter.reference, 1]))
    assert not Passage.objects.exists()
    assert "passage_1" not in MailingContent.objects.get().body


def test_a_plan_without_an_answer_says_so(plan, letter, officer):
    Assessment.objects.all().delete()
    with pytest.raises(LifecycleError, match="no confirmed answer"):
        write_lines(Mailing.objects.get(pk=letter.pk), plan, place=1, actor=officer)
    assert not Passage.objects.exists()
