"""The reply desk: sorting, taking back, positions, whose letter it is, colleagues, and what its pages cost."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import registry
from accounts.models import AuditEvent, User
from advocacy.models import Campaign, CampaignText, Position
from advocacy.positions import Heard, set_position
from mailing import campaigns, replies
from mailing.models import Delivery, Mailing, Reply
from mailing.replies import ReplyError
from tests.factories import ContactFactory
from tests.mailing.coming_back import accepted_letter, comes_back, write_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(db):
    row = Campaign.objects.create(slug="compensation", starts_on=date(2026, 1, 1))
    CampaignText.objects.create(campaign=row, language="en", title="Compensation")
    return row


@pytest.fixture
def reply(campaign):
    """An answer to a letter of a campaign, matched by its number."""
    _mail, delivery = comes_back("reply-plain", accepted_letter())
    Mailing.objects.filter(pk=delivery.mailing_id).update(campaign=campaign)
    return Reply.objects.get()


def stances(reply):
    return list(Position.objects.filter(contact=reply.contact).order_by("pk").values_list("stance", "is_current"))


def answered(reply):
    return Delivery.objects.get(pk=reply.delivery_id).replied_at is not None


def test_one_press_sorts_and_opens_the_next_and_another_takes_it_back(reply, officer, sign_in):
    second = write_in()
    client = sign_in(officer)
    page = client.get(reverse("replies:list")).content.decode()
    assert "2 answers to sort" in page
    said = client.post(reverse("replies:sort", args=[second.pk]), {"sort": "meeting", "seen": ""})
    assert said.url == f"{reverse('replies:detail', args=[reply.pk])}?show=to-sort&sorted={second.pk}"
    after = client.get(said.url).content.decode()
    assert "Sorted as “Wants a meeting”." in after
    assert "One answer to sort" in after
    client.post(reverse("replies:undo", args=[second.pk]))
    second.refresh_from_db()
    assert (second.sort, second.sorted_at, second.sorted_by) == ("", None, None)


@pytest.mark.parametrize(("sort", "stance"), [("supports", "supportive"), ("opposes", "opposed")])
def test_sorting_writes_down_where_the_person_stands_and_undoing_takes_it_back(reply, officer, campaign, sort, stance):
    heard = Heard("neutral", "A hearing", timezone.localdate() - timedelta(days=30))
    set_position(reply.contact, campaign, heard, actor=officer)
    replies.sort(reply, sort, actor=officer)
    assert stances(reply) == [("neutral", False), (stance, True)]
    replies.undo(reply, actor=officer)
    assert stances(reply) == [("neutral", True)]


@pytest.mark.parametrize("sort", ["meeting", "question", "other", "out_of_office"])
def test_other_sorts_say_nothing_about_where_the_person_stands(reply, officer, sort):
    replies.sort(reply, sort, actor=officer)
    assert stances(reply) == []


def test_sorting_otherwise_replaces_the_position_it_wrote(reply, officer):
    replies.sort(reply, "supports", actor=officer)
    replies.sort(reply, "opposes", actor=officer)
    assert stances(reply) == [("opposed", True)]


def test_a_champion_who_supports_stays_a_champion(reply, officer, campaign):
    set_position(reply.contact, campaign, Heard("champion", "Hosted us", timezone.localdate()), actor=officer)
    replies.sort(reply, "supports", actor=officer)
    assert stances(reply) == [("champion", True)]


def test_an_out_of_office_note_counts_for_nothing_until_that_is_taken_back(reply, officer):
    assert answered(reply)
    replies.sort(reply, "out_of_office", actor=officer)
    assert not answered(reply)
    replies.undo(reply, actor=officer)
    assert answered(reply)


def test_a_machines_note_is_sorted_away_by_itself_and_a_person_may_say_otherwise(officer):
    comes_back("auto-reply-exchange", accepted_letter())
    reply = Reply.objects.get()
    assert reply.is_auto
    assert not Reply.objects.to_sort().exists()
    assert not answered(reply)
    replies.sort(reply, "question", actor=officer)
    assert answered(reply)
    replies.undo(reply, actor=officer)
    reply.refresh_from_db()
    assert reply.is_auto
    assert not answered(reply)


def test_a_colleague_who_was_quicker_is_not_overwritten(reply, officer, approver, sign_in):
    replies.sort(reply, "supports", actor=approver)
    with pytest.raises(ReplyError, match="Ilse Approver sorted it as “Supports” meanwhile"):
        replies.sort(reply, "opposes", actor=officer, seen="")
    said = sign_in(officer).post(reverse("replies:sort", args=[reply.pk]), {"sort": "opposes", "seen": ""}, follow=True)
    assert "meanwhile" in said.content.decode()
    reply.refresh_from_db()
    assert reply.sort == "supports"


def test_the_campaigns_story_tells_what_the_answers_say(reply, officer, campaign):
    Mailing.objects.update(started_at=timezone.now())
    replies.sort(reply, "supports", actor=officer)
    assert next(iter(campaigns.story(campaign))).detail.endswith("1 answered: 1 supports.")
    replies.undo(reply, actor=officer)
    assert next(iter(campaigns.story(campaign))).detail.endswith("1 answered.")


def test_the_trail_names_no_person(reply, officer):
    replies.sort(reply, "supports", actor=officer)
    replies.undo(reply, actor=officer)
    said = " ".join(AuditEvent.objects.values_list("sentence", flat=True))
    assert "sorted an answer as “supports”" in said
    assert "took the sorting of an answer back" in said
    assert reply.contact.family_name not in said
    assert "@" not in said


def test_a_colleague_gets_an_answer_on_their_first_page(reply, officer, approver, sign_in):
    client = sign_in(officer)
    client.post(reverse("replies:assign", args=[reply.pk]), {"colleague": approver.pk})
    tasks = [task for contribute in registry.tasks for task in contribute(approver)]
    assert [task.url for task in tasks if task.action == "Read and answer"] == [f"{reverse('replies:list')}?show=mine"]
    assert "Mine 1" in sign_in(approver).get(reverse("replies:list")).content.decode()
    client = sign_in(officer)
    client.post(reverse("replies:assign", args=[reply.pk]), {"colleague": ""})
    reply.refresh_from_db()
    assert reply.assigned_to is None


def test_nobody_gets_an_answer_they_may_not_read(reply, officer, stranger):
    with pytest.raises(ReplyError, match="may not read"):
        replies.assign(reply, stranger, actor=officer)


def test_strangers_see_no_answers_and_viewers_have_no_buttons(reply, stranger, viewer, sign_in):
    loose = write_in()
    client = sign_in(stranger)
    for one in (reply, loose):
        assert client.get(reverse("replies:detail", args=[one.pk])).status_code == 404
        assert client.post(reverse("replies:sort", args=[one.pk]), {"sort": "supports"}).status_code == 404
    assert "Everything is sorted." in client.get(reverse("replies:list")).content.decode()
    page = sign_in(viewer).get(reverse("replies:detail", args=[reply.pk]))
    assert page.status_code == 200
    assert b'name="sort"' not in page.content


def test_the_navigation_says_how_many_are_to_be_sorted_without_a_query_of_its_own(
    reply, officer, administrator, stranger, sign_in, django_assert_num_queries
):
    from accounts.roles import RoleBackend

    write_in()
    for user, number in ((officer, 2), (administrator, 2), (stranger, 0)):
        with django_assert_num_queries(1):
            assert RoleBackend().get_user(user.pk).waiting_replies == number
    page = sign_in(officer).get(reverse("mailing:letter_list")).content.decode()
    assert re.search(r'<span class="count">2<span class="vh"> to sort</span></span>', page)


def test_the_desk_costs_the_same_for_two_answers_and_for_twenty(officer, sign_in, django_assert_max_num_queries):
    client = sign_in(officer)
    for number in range(22):
        write_in(f"Number {number}", address=f"writer{number}@elsewhere.example")
    with django_assert_max_num_queries(12):
        page = client.get(reverse("replies:list"))
    assert page.status_code == 200
    assert "22 answers to sort" in page.content.decode()


def test_an_answer_with_everything_keeps_within_the_budget(
    reply, officer, campaign, sign_in, django_assert_max_num_queries
):
    set_position(reply.contact, campaign, Heard("neutral", "A hearing", timezone.localdate()), actor=officer)
    client = sign_in(officer)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("replies:detail", args=[reply.pk])).content.decode()
    assert "Where they stand now" in page


def test_an_empty_desk_says_what_belongs_there(officer, sign_in):
    client = sign_in(officer)
    assert "Everything is sorted." in client.get(reverse("replies:list")).content.decode()
    for tab in ("sorted", "mine", "away", "doubtful"):
        assert client.get(reverse("replies:list"), {"show": tab}).status_code == 200


def test_a_guess_sorts_nothing(reply, officer, sign_in):
    sign_in(officer).get(reverse("replies:detail", args=[reply.pk]))
    reply.refresh_from_db()
    assert reply.sort == ""


def test_a_secret_address_stands_on_no_page_of_the_desk(officer, sign_in):
    contact = ContactFactory(email="hidden@shelter.example", is_confidential=True)
    reply = write_in("Write to hidden@shelter.example\r\nYours", name="", address=contact.email)
    page = sign_in(officer).get(reverse("replies:detail", args=[reply.pk])).content.decode()
    assert "hidden@shelter.example" not in page
    assert "[secret address]" in page


def test_the_table_of_answers_names_nobody(reply, officer, sign_in):
    replies.sort(reply, "supports", actor=officer)
    said = b"".join(sign_in(officer).get(reverse("replies:csv")).streaming_content).decode()
    assert f"{reply.mailing.reference}," in said
    assert ",supports," in said
    assert "@" not in said
    assert reply.contact.family_name not in said


def test_who_left_the_desk_still_names_what_they_sorted(reply, officer):
    replies.sort(reply, "supports", actor=officer)
    User.objects.filter(pk=officer.pk).update(is_active=False)
    reply.refresh_from_db()
    assert str(reply.sorted_by) == "Boris Editor"
