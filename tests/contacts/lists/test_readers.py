"""The people of a list by language, topic and origin, page by page."""

import pytest
from django.utils import timezone

from contacts.models import Subscription
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def readers(letter, topics):
    """Ana reads in French, though Irish; Boris has no wish of his own; Chidi came by a sheet and chose a topic."""
    people = {}
    for name, language, source in (("Ana", "fr", "page"), ("Boris", "", "page"), ("Chidi", "", "import")):
        people[name] = Subscription.objects.create(
            contact=ContactFactory(family_name=name, country="IE", language="en"),
            contact_list=letter,
            status="active",
            confirmed_at=timezone.now(),
            language=language,
            source=source,
        )
    people["Chidi"].topics.add(topics[0])
    return people


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, {"Ana", "Boris", "Chidi"}),
        ({"language": "fr"}, {"Ana"}),
        ({"language": "en"}, {"Boris", "Chidi"}),
        ({"source": "import"}, {"Chidi"}),
        ({"source": "none"}, set()),
        ({"source": "nonsense", "topic": "x", "status": "?"}, {"Ana", "Boris", "Chidi"}),
        ({"status": "unsubscribed"}, set()),
    ],
)
def test_the_page_shows_who_was_asked_for(signed_in, readers, page, asked, names):
    shown = signed_in.get(page("list_detail"), asked)
    assert {person.family_name for person in shown.context["page_obj"]} == names


def test_the_page_shows_who_chose_a_topic(signed_in, readers, topics, page):
    shown = signed_in.get(page("list_detail"), {"topic": topics[0].pk})
    assert [person.family_name for person in shown.context["page_obj"]] == ["Chidi"]
    assert "1 person fits what you chose." in shown.content.decode()


def test_the_page_counts_languages_topics_and_origins(signed_in, readers, page):
    context = signed_in.get(page("list_detail")).context
    assert context["by_language"] == [("en", "English", 2), ("fr", "French", 1)]
    assert [(code, number) for code, _name, number in context["by_source"]] == [("page", 2), ("import", 1)]
    assert [topic.readers for topic, _name in context["topics"]] == [1, 0]


def test_a_pause_and_the_reason_of_an_end_are_told(signed_in, readers, page):
    Subscription.objects.filter(pk=readers["Ana"].pk).update(paused_until="2099-01-31")
    Subscription.objects.filter(pk=readers["Boris"].pk).update(
        status="unsubscribed", unsubscribed_at=timezone.now(), ended_by="complained"
    )
    assert "paused until 31 Jan 2099" in signed_in.get(page("list_detail")).content.decode()
    assert "Complained" in signed_in.get(page("list_detail"), {"status": "unsubscribed"}).content.decode()


def test_a_download_holds_those_whom_the_page_shows(signed_in, readers, page):
    answer = signed_in.get(page("list_export", "csv"), {"language": "fr"})
    text = b"".join(answer.streaming_content).decode()
    assert "Ana" in text
    assert "Boris" not in text


def test_fifty_people_stand_on_a_page_and_the_filter_stays(signed_in, letter, page):
    for _n in range(55):
        Subscription.objects.create(
            contact=ContactFactory(language="en"), contact_list=letter, status="active", confirmed_at=timezone.now()
        )
    first = signed_in.get(page("list_detail"), {"language": "en"})
    assert len(first.context["page_obj"]) == 50
    assert "language=en&amp;page=2" in first.content.decode()


@pytest.mark.parametrize("number", [10, 300])
def test_a_page_of_an_open_list_with_topics_costs_few_queries(
    signed_in, readers, letter, page, number, django_assert_max_num_queries
):
    for _n in range(number - len(readers)):
        Subscription.objects.create(
            contact=ContactFactory(language="en"), contact_list=letter, status="active", confirmed_at=timezone.now()
        )
    with django_assert_max_num_queries(12):
        signed_in.get(page("list_detail"))
