"""What a reader did stands on their page as one story, in the order in which it happened."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from contacts import consent
from contacts.models import SignUp, Subscription
from contacts.preferences import choose_topics, pause, set_language
from contacts.registry import timeline_of
from contacts.signing_up import confirm, sign_up, token_of
from mailing import unsubscribe
from mailing.models import Mailing
from tests.letters import letter_being_sent, queue

pytestmark = pytest.mark.django_db


def test_asked_confirmed_chose_paused_left_reads_as_one_story(client, officer, letter, topics):
    consent.set_wording(letter, "Send me the letter, once a month at most.")
    start = timezone.now() - timedelta(days=10)
    with time_machine.travel(start, tick=False) as clock:
        sign_up(letter, "nadia@readers.example", language="en", source="page", ip="192.0.2.7")
        clock.shift(timedelta(hours=1))
        reader = confirm(token_of(SignUp.objects.get()))
        clock.shift(timedelta(hours=1))
        choose_topics(reader, [topic.pk for topic in topics])
        clock.shift(timedelta(hours=1))
        set_language(reader, "fr")
        clock.shift(timedelta(hours=1))
        until = pause(reader)
        clock.shift(timedelta(hours=1))
        issue = letter_being_sent(0, kind=Mailing.Kind.NEWSLETTER, contact_list=letter)
        unsubscribe.leave(queue(issue, reader.contact), source="link")
    told = [entry for entry in reversed(timeline_of(reader.contact)) if entry.icon == "check"]
    assert [entry.title for entry in told] == [
        "Asked for “Network”.",
        "Confirmed “Network”.",
        "Chose topics (s, p) of “Network”.",
        "Chose the language fr for “Network”.",
        f"Paused, until {until.isoformat()}, “Network”.",
        "Left “Network”.",
    ]
    assert "version 2" in told[1].detail
    assert f"Where: link, {issue.reference}" in told[-1].detail
    client.force_login(officer)
    page = client.get(f"/desk/contacts/people/{reader.contact.public_id}/").content.decode()
    places = [page.find(entry.title) for entry in reversed(told)]
    assert -1 not in places
    assert places == sorted(places)
    assert Subscription.objects.get().ended_by == "left"
