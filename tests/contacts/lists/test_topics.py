"""Topics of a list: added, worded, put in order, closed, and deleted only where nobody needs them."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from contacts.models import Subscription, Topic
from contacts.topics import MOST, TopicRefused, TopicWords, add_topic, move_topic, name_in
from mailing.models import Block
from tests.factories import ContactFactory, ContactListFactory, MailingFactory

pytestmark = pytest.mark.django_db


def order(letter):
    return list(letter.topics.order_by("position").values_list("slug", flat=True))


def test_a_topic_has_a_name_in_each_language_and_a_short_name(letter, topics):
    assert order(letter) == ["compensation", "events-in-brussels"]
    assert [name_in(topic, "fr") for topic in letter.topics.all()] == ["Indemnisation", "Events in Brussels"]


def test_a_topic_is_added_on_its_page(signed_in, letter, page):
    data = {"name-en": "  New   members", "description-en": "Who joined us", "name-fr": "Nouveaux membres"}
    assert signed_in.post(page("topic_create"), data).status_code == 302
    topic = letter.topics.get()
    assert [(text.language, text.name) for text in topic.texts.all()] == [
        ("en", "New members"),
        ("fr", "Nouveaux membres"),
    ]
    assert "New members" in signed_in.get(page("list_detail")).content.decode()


def test_a_topic_needs_a_name(signed_in, letter, page):
    assert signed_in.post(page("topic_create"), {"name-en": " ", "description-en": "?"}).status_code == 422
    assert not letter.topics.exists()


def test_two_topics_have_two_names(signed_in, topics, page):
    answer = signed_in.post(page("topic_create"), {"name-en": "COMPENSATION"})
    assert answer.status_code == 422
    assert "Choose another name" in answer.content.decode()
    same = signed_in.post(page("topic_edit", topics[0].pk), {"name-en": "Compensation"})
    assert same.status_code == 302
    assert [text.language for text in topics[0].texts.all()] == ["en"]


def test_a_list_has_no_more_topics_than_people_read(letter, officer):
    for number in range(MOST):
        add_topic(letter, [TopicWords("en", f"Topic {number}")], actor=officer)
    with pytest.raises(TopicRefused, match="12 topics"):
        add_topic(letter, [TopicWords("en", "One more")], actor=officer)


def test_topics_move_up_and_down_and_stop_at_the_ends(signed_in, letter, topics, page):
    moved = signed_in.post(page("topic_move", topics[1].pk), {"step": "up"})
    assert moved.url.endswith(f"#topic-{topics[1].pk}")
    assert order(letter) == ["events-in-brussels", "compensation"]
    signed_in.post(page("topic_move", topics[1].pk), {"step": "up"})
    signed_in.post(page("topic_move", topics[1].pk), {"step": "sideways"})
    assert order(letter) == ["events-in-brussels", "compensation"]
    assert sorted(letter.topics.values_list("position", flat=True)) == [0, 1]


def test_a_closed_topic_stays_with_its_readers(signed_in, letter, topics, page):
    reader = subscribed(letter, topics[0])
    signed_in.post(page("topic_offer", topics[0].pk), {"open": "no"})
    assert not Topic.objects.get(pk=topics[0].pk).is_open
    assert list(reader.topics.all()) == [topics[0]]
    signed_in.post(page("topic_offer", topics[0].pk), {"open": "yes"})
    assert Topic.objects.get(pk=topics[0].pk).is_open


def test_a_topic_somebody_chose_is_not_deleted(signed_in, letter, topics, page):
    subscribed(letter, topics[0])
    answer = signed_in.post(page("topic_remove", topics[0].pk), follow=True)
    assert "Close it instead" in answer.content.decode()
    assert letter.topics.count() == 2


def test_a_topic_that_an_issue_carries_is_not_deleted(signed_in, letter, topics, page):
    Block.objects.create(mailing=MailingFactory(kind="newsletter"), position=0, kind="text", topic=topics[0])
    answer = signed_in.post(page("topic_remove", topics[0].pk), follow=True)
    assert "Issues have parts of this topic" in answer.content.decode()
    assert letter.topics.count() == 2


def test_a_topic_nobody_needs_is_deleted(signed_in, letter, topics, page):
    signed_in.post(page("topic_remove", topics[0].pk))
    assert order(letter) == ["events-in-brussels"]


def test_the_topic_of_another_list_is_not_found(signed_in, topics, page):
    other = Topic.objects.create(contact_list=ContactListFactory(), slug="other")
    assert signed_in.post(page("topic_remove", other.pk)).status_code == 404


def subscribed(letter, topic):
    reader = Subscription.objects.create(
        contact=ContactFactory(), contact_list=letter, status="active", confirmed_at=timezone.now()
    )
    reader.topics.add(topic)
    return reader


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_postgresql
def test_two_who_move_topics_at_once_leave_an_order(letter, officer):
    rows = [add_topic(letter, [TopicWords("en", f"Topic {n}")], actor=officer) for n in range(6)]

    def move(topic, step):
        try:
            for _turn in range(5):
                move_topic(topic, step, actor=officer)
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=(rows[n], step)) for n, step in ((0, 1), (5, -1), (2, 1), (3, -1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(letter.topics.values_list("position", flat=True)) == list(range(6))
