"""A reader's settings: looking changes nothing, each button does one thing, and all of it holds at once."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AuditEvent
from contacts import consent, preferences
from contacts.models import ConsentRecord, Contact, ContactList, ListText, Subscription, Suppression, Topic, Turn
from contacts.suppression import suppress
from mailing import unsubscribe
from mailing.models import Mailing
from tests.contacts.preferences.conftest import reader_of, saving
from tests.factories import ContactFactory
from tests.letters import letter_being_sent, queue

pytestmark = pytest.mark.django_db
PLACES = ("", "pause/", "resume/", "data/", "leave/", "undo/", "erase/")


def state():
    models = (Subscription, Subscription.topics.through, ConsentRecord, Contact, Suppression, AuditEvent, Turn)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


def now(reader):
    reader.refresh_from_db()
    return reader


@pytest.mark.parametrize("place", PLACES)
def test_looking_changes_nothing(browser, reader, path, place):
    before = state()
    for method in ("get", "head", "options", "put", "delete", "patch"):
        answer = getattr(browser, method)(path + place)
        assert answer.status_code == (200 if method in ("get", "head") else 405)
        assert not answer.cookies
    assert state() == before


@pytest.mark.parametrize("place", PLACES)
def test_no_page_tells_others_where_it_stands_and_none_is_kept(browser, path, place):
    answer = browser.get(path + place)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store, private"
    assert "noindex" in answer["X-Robots-Tag"]
    page = answer.content.decode()
    assert "nadia@readers.example" not in page
    assert "<script" not in page
    assert "csrfmiddlewaretoken" not in page


def test_the_page_shows_whose_settings_these_are_and_what_is_chosen(browser, reader, topics, path):
    reader.topics.add(topics[1])
    page = browser.get(path).content.decode()
    assert "n•••@readers.example" in page
    assert "Letter from the network" in page
    assert f'name="topics" value="{topics[1].pk}" checked' in page
    assert f'name="topics" value="{topics[0].pk}" >' in page


def test_saving_sets_language_country_and_topics_and_leads_back(browser, reader, topics, path):
    answer = browser.post(path, saving(reader, topics=topics[:1], shown=topics, language="fr", country="IE"))
    assert (answer.status_code, answer["Location"]) == (303, f"{path}?done=saved")
    assert now(reader).language == "fr"
    assert reader.contact.country == "IE"
    assert list(reader.topics.all()) == topics[:1]
    page = browser.get(answer["Location"]).content.decode()
    assert 'lang="fr"' in page
    assert "Lettre du réseau" in page


def test_saving_the_same_again_writes_nothing(browser, reader, topics, path):
    browser.post(path, saving(reader, topics=topics, shown=topics))
    before = state()
    browser.post(path, saving(reader, topics=topics, shown=topics))
    assert state() == before


def test_saving_ends_no_pause(browser, reader, path):
    browser.post(f"{path}pause/")
    browser.post(path, saving(reader))
    assert now(reader).paused_until


def test_what_the_page_did_not_show_stays_as_it_is(browser, reader, topics, path):
    reader.topics.add(topics[1])
    other = reader_of_another(reader)
    browser.post(path, saving(reader, topics=[topics[0]], shown=[topics[0]]))
    assert set(reader.topics.all()) == set(topics)
    assert now(other).status == "active"


def test_an_empty_form_changes_nothing(browser, reader, topics, path):
    reader.topics.set(topics)
    before = state()
    assert browser.post(path).status_code == 422
    assert state() == before


def reader_of_another(reader):
    press = ContactList.objects.create(name="Press", slug="press", is_open=True)
    ListText.objects.create(contact_list=press, language="en", name="Notes for the press")
    consent.confirm(reader.contact, press, source="page")
    return Subscription.objects.get(contact=reader.contact, contact_list=press)


def test_other_lists_of_the_same_person_stand_there_and_can_be_left(browser, reader, path):
    other = reader_of_another(reader)
    assert "Notes for the press" in browser.get(path).content.decode()
    browser.post(path, saving(reader, other) | {"lists": [reader.pk]})
    assert (now(other).status, other.ended_by) == ("unsubscribed", "left")
    assert now(reader).status == "active"
    assert list(Suppression.objects.values_list("scope", flat=True)) == [f"list:{other.contact_list_id}"]


def test_lists_and_topics_of_somebody_else_stay_out_of_reach(browser, reader, topics, path, letter):
    other_list = ContactList.objects.create(name="Other")
    foreign = Topic.objects.create(contact_list=other_list, slug="foreign")
    stranger = reader_of(letter)
    browser.post(path, saving(reader, stranger, topics=[foreign], shown=[foreign]) | {"lists": [reader.pk]})
    assert now(stranger).status == "active"
    assert not reader.topics.exists()


def test_a_closed_topic_stays_with_who_has_it_and_is_given_to_nobody_else(browser, reader, topics, path, letter):
    Topic.objects.filter(pk=topics[0].pk).update(is_open=False)
    browser.post(path, saving(reader, topics=topics, shown=topics))
    assert list(reader.topics.all()) == [topics[1]]
    reader.topics.add(topics[0])
    assert "New statements" in browser.get(path).content.decode()
    browser.post(path, saving(reader, topics=topics, shown=topics))
    assert set(reader.topics.all()) == set(topics)


@pytest.mark.parametrize(
    ("field", "value"), [("language", "xx"), ("language", ""), ("language", "<script>"), ("country", "ZZ")]
)
def test_what_is_no_choice_gets_a_sentence_and_saves_nothing(browser, reader, path, field, value):
    before = state()
    answer = browser.post(path, saving(reader, **{field: value}))
    assert answer.status_code == 422
    assert "Nothing was saved." in answer.content.decode()
    assert state() == before


@pytest.mark.parametrize("value", ["-1", "9" * 40, "1 or 1=1", "\0", "١", "1.0"])
def test_hostile_ids_reach_nothing(browser, reader, topics, path, value):
    answer = browser.post(path, saving(reader) | {"topics": [value], "topics_shown": [value], "lists_shown": [value]})
    assert answer.status_code == 303
    assert now(reader).status == "active"
    assert not reader.topics.exists()


@time_machine.travel("2026-11-30 12:00", tick=False)
def test_a_pause_is_three_months_and_can_be_ended(browser, reader, path):
    answer = browser.post(f"{path}pause/")
    assert answer.status_code == 303
    assert now(reader).paused_until == date(2027, 2, 28)
    assert "Paused until 28 February 2027." in browser.get(answer["Location"]).content.decode()
    browser.post(f"{path}resume/")
    assert now(reader).paused_until is None


def test_a_pause_holds_for_every_list_of_the_person(browser, reader, path):
    other = reader_of_another(reader)
    browser.post(f"{path}pause/")
    assert now(other).paused_until == now(reader).paused_until
    assert reader.paused_until > timezone.localdate()


def test_a_pause_that_is_over_is_not_spoken_of(browser, reader, path):
    Subscription.objects.update(paused_until=timezone.localdate())
    assert "Paused" not in browser.get(path).content.decode()


def test_the_next_letter_is_named_where_its_day_is_settled(browser, reader, path):
    assert "The next letter comes on" not in browser.get(path).content.decode()
    issue = letter_being_sent(0, kind=Mailing.Kind.NEWSLETTER, contact_list=reader.contact_list)
    at = timezone.now() + timedelta(days=20)
    Mailing.objects.filter(pk=issue.pk).update(status="scheduled", scheduled_at=at, started_at=None)
    day = timezone.localtime(at)
    assert f"The next letter comes on {day.day} {day:%B}." in browser.get(path).content.decode()


def test_leaving_asks_then_leaves_and_is_undone(browser, reader, path):
    assert "Fewer letters instead" in browser.get(f"{path}leave/").content.decode()
    left = browser.post(f"{path}leave/")
    assert left.status_code == 200
    assert "Location" not in left.headers
    assert (now(reader).status, reader.ended_by) == ("unsubscribed", "left")
    assert "You have left “Letter from the network”" in browser.get(path).content.decode()
    again = state()
    browser.post(f"{path}leave/")
    assert state() == again

    back = browser.post(f"{path}undo/")
    assert "You are back" in back.content.decode()
    assert (now(reader).status, reader.ended_by) == ("active", "")
    assert not Suppression.objects.exists()


def test_undo_lifts_nothing_that_stands_for_another_reason(browser, reader, path):
    suppress(reader.contact, reason="complaint")
    browser.post(f"{path}undo/")
    assert list(Suppression.objects.values_list("reason", flat=True)) == ["complaint"]


def test_after_leaving_an_older_page_saves_and_pauses_nothing(browser, reader, topics, path):
    browser.post(f"{path}leave/")
    before = state()
    answer = browser.post(path, saving(reader, topics=topics, shown=topics, language="fr"))
    assert "You have left" in answer.content.decode()
    browser.post(f"{path}pause/")
    browser.post(f"{path}resume/")
    assert state() == before


def test_an_issues_token_opens_the_same_settings(browser, reader, letter):
    issue = letter_being_sent(0, kind=Mailing.Kind.NEWSLETTER, contact_list=letter)
    delivery = queue(issue, reader.contact)
    path = f"/p/{unsubscribe.token_for(delivery.public_id)}/"
    browser.post(path, saving(reader, language="fr"))
    assert now(reader).language == "fr"
    shown = browser.get(f"/u/{unsubscribe.token_for(delivery.public_id)}/").content.decode()
    assert f'href="{path}"' in shown


def test_the_token_of_a_letter_opens_no_settings(browser):
    delivery = letter_being_sent(1).deliveries.get()
    assert browser.get(f"/p/{unsubscribe.token_for(delivery.public_id)}/").status_code == 404


@pytest.mark.parametrize("token", ["x", "1-0." + "a" * 43, "a" * 5000, "1.2.3", "%00", "☃", "-.-"])
@pytest.mark.parametrize("place", PLACES)
def test_a_token_we_did_not_make_gets_a_sentence(browser, reader, token, place):
    for method in ("get", "post"):
        answer = getattr(browser, method)(f"/p/{token}/{place}")
        assert answer.status_code == 404
        assert "We do not know this link" in answer.content.decode()


def test_a_changed_token_is_not_ours(browser, reader, path):
    token = preferences.token_for(reader)
    other = f"{reader.pk + 1}{token[len(str(reader.pk)) :]}"
    assert browser.get(f"/p/{other}/").status_code == 404
    assert browser.get(f"/p/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}/").status_code == 404


def test_another_row_with_the_same_number_does_not_answer_to_the_link(browser, reader, path):
    number = reader.pk
    reader.delete()
    Subscription.objects.create(
        pk=number, contact=ContactFactory(), contact_list=ContactList.objects.create(name="Other")
    )
    assert browser.get(path).status_code == 404


def test_a_change_holds_when_the_link_is_years_old(browser, reader, path):
    with time_machine.travel(timezone.now() + timedelta(days=3000)):
        assert browser.get(path).status_code == 200


def test_the_trail_tells_what_changed_and_names_nobody(browser, reader, topics, path):
    browser.post(path, saving(reader, topics=topics, shown=topics, language="fr", country="FR"))
    browser.post(f"{path}pause/")
    browser.post(f"{path}resume/")
    told = list(AuditEvent.objects.order_by("id").values_list("sentence", flat=True))
    assert len(told) == 5
    assert all(sentence.startswith("noted that the reader ") for sentence in told)
    assert not any("nadia" in sentence.lower() or "@" in sentence for sentence in told)
    assert ConsentRecord.objects.exclude(action="confirmed").count() == 0


@pytest.mark.parametrize("number", [1, 12])
def test_the_page_costs_few_queries_however_many_lists(
    browser, reader, topics, path, number, django_assert_max_num_queries
):
    for other in range(number - 1):
        made = ContactList.objects.create(name=f"List {other}")
        consent.confirm(reader.contact, made, source="page")
    with django_assert_max_num_queries(12):
        browser.get(path)
    refused = saving(reader, language="xx")
    with django_assert_max_num_queries(12):
        assert browser.post(path, refused).status_code == 422
    # Twelve, two around the transaction, and one for rows that a merge took away while the page was open.
    rows = Subscription.objects.filter(contact=reader.contact)
    rows.update(language="en")
    as_it_is = saving(*rows, topics=[], shown=topics)
    with django_assert_max_num_queries(12 + 2 + 1):
        assert browser.post(path, as_it_is).status_code == 303
