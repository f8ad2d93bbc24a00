"""A letter begins from a plan's points, from asks, or from an earlier letter."""

import pytest
from django.urls import reverse

from advocacy.asking import uses_of
from advocacy.models import ActionPlan, Ask, AskText, PlanText, Point
from mailing import merge
from mailing.beginning import letter_from_letter
from mailing.models import AudienceRule, Mailing, Passage, PassageText
from tests.factories import MailingContentFactory, SenderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asks(db):
    """Two asks in English; the first in French as well."""
    SenderFactory(is_default=True)
    found = []
    for slug, texts in {"aid": {"en": "Legal aid", "fr": "Aide"}, "fund": {"en": "A fund"}}.items():
        ask = Ask.objects.create(slug=slug)
        for language, title in texts.items():
            AskText.objects.create(ask=ask, language=language, title=title)
        found.append(ask)
    return found


@pytest.fixture
def plan(asks):
    """Both asks as points, in English and French."""
    made = ActionPlan.objects.create(slug="points", title="Six points", addressee="MEPs", language="en")
    PlanText.objects.create(plan=made, language="fr", title="Six points, en français", addressee="Députés")
    for number, ask in enumerate(asks, start=1):
        Point.objects.create(plan=made, ask=ask, number=number)
    return made


def page(response):
    """A response as text."""
    return response.content.decode()


def test_the_first_page_offers_every_way(sign_in, officer, asks):
    shown = page(sign_in(officer).get(reverse("mailing:letter_create")))
    for name in ("letter_from_plan", "letter_from_asks", "letter_from_earlier"):
        assert reverse(f"mailing:{name}") in shown
    assert reverse("advocacy:statement_list") in shown


def test_from_a_plan_the_chosen_points_become_a_list_in_every_language(plan, sign_in, officer):
    client = sign_in(officer)
    url = reverse("mailing:letter_from_plan")
    assert "Six points" in page(client.get(url))
    assert "Legal aid" in page(client.get(f"{url}?plan=points"))
    point = plan.points.get(number=1)
    client.post(f"{url}?plan=points", {"point": [point.pk]})
    mailing = Mailing.objects.get()
    found = {content.language: content for content in mailing.contents.all()}
    assert set(found) == {"en", "fr"}
    assert "<ol><li><strong>Aide</strong></li></ol><p>{{ closing }}</p>" in found["fr"].body
    assert "A fund" not in found["en"].body
    assert not any(content.is_reviewed for content in found.values())
    assert all(merge.check(content.body, html=True) == [] for content in found.values())
    assert (mailing.source_language, mailing.paper, mailing.author) == ("en", "attached", officer)
    assert [use.title for use in uses_of(officer, point.ask) if use.kind == "Letter"] == [mailing.title]


def test_from_a_plan_without_a_point_says_so(plan, sign_in, officer):
    refused = sign_in(officer).post(reverse("mailing:letter_from_plan") + "?plan=points", {})
    assert refused.status_code == 422
    assert "Choose at least one point." in page(refused)
    assert not Mailing.objects.exists()


def test_from_asks_the_languages_are_those_that_all_of_them_have(asks, sign_in, officer):
    client = sign_in(officer)
    url = reverse("mailing:letter_from_asks")
    assert "Legal aid" in page(client.get(url))
    assert "Legal aid" not in page(client.get(f"{url}?q=fund"))
    client.post(url, {"ask": [ask.pk for ask in asks], "title": "Two asks", "language": "en"})
    mailing = Mailing.objects.get()
    assert [content.language for content in mailing.contents.all()] == ["en"]
    assert mailing.contents.get().body.count("<li>") == 2
    assert mailing.ask_places.count() == 2


def test_from_asks_in_a_language_they_lack_says_which(asks, sign_in, officer):
    url = reverse("mailing:letter_from_asks")
    refused = sign_in(officer).post(url, {"ask": [asks[1].pk], "title": "One", "language": "fr"})
    assert refused.status_code == 422
    assert "“A fund” is not worded in the language you chose." in page(refused)
    refused = sign_in(officer).post(url, {"title": "None", "language": "en"})
    assert "Choose at least one ask." in page(refused)


def test_from_an_earlier_letter_texts_passages_and_asks_are_copied(approved, asks, officer, sign_in):
    MailingContentFactory(mailing=approved, language="fr")
    passage = Passage.objects.create(mailing=approved, place=1, position=1, country="AT")
    PassageText.objects.create(passage=passage, language="en", body="<p>To Vienna.</p>", edition=7)
    approved.ask_places.create(ask=asks[0])
    client = sign_in(officer)
    url = reverse("mailing:letter_from_earlier")
    assert approved.reference in page(client.get(url))
    client.post(url, {"letter": approved.reference})
    made = Mailing.objects.exclude(pk=approved.pk).get()
    assert (made.status, made.approver, made.author, made.title) == ("draft", None, officer, approved.title)
    texts = set(made.contents.values_list("language", "subject", "body", "is_reviewed"))
    assert texts == set(approved.contents.values_list("language", "subject", "body", "is_reviewed"))
    assert PassageText.objects.get(passage__mailing=made).body == "<p>To Vienna.</p>"
    assert made.ask_places.get().ask == asks[0]
    assert not made.audience_rules.exists()
    assert approved.contents.count() == 2
    assert Passage.objects.filter(mailing=approved).count() == 1


def test_with_its_audience_where_that_is_wanted(letter, officer):
    made = letter_from_letter(letter, actor=officer, with_audience=True)
    assert AudienceRule.objects.get(mailing=made).criteria == AudienceRule.objects.get(mailing=letter).criteria


def test_a_letter_one_may_not_see_cannot_be_copied(letter, sign_in, stranger):
    client = sign_in(stranger)
    url = reverse("mailing:letter_from_earlier")
    assert letter.reference not in page(client.get(url))
    assert client.post(url, {"letter": letter.reference}).status_code == 404
    assert Mailing.objects.count() == 1


def test_a_plans_own_page_leads_to_its_letter(plan, sign_in, officer, viewer):
    url = reverse("advocacy:plan_detail", args=["points"])
    link = reverse("mailing:letter_from_plan") + "?plan=points"
    assert link in page(sign_in(officer).get(url))
    assert link not in page(sign_in(viewer).get(url))
