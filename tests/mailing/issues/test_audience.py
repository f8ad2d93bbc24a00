"""Who gets an issue: active readers of its list, in the language and with the topics they chose; nobody who paused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import ConsentRecord, Subscription
from mailing import audience, recounting
from mailing.dispatch.claiming import claim_chunk
from mailing.dispatch.window import open_window
from mailing.models import Delivery, Mailing

pytestmark = pytest.mark.django_db


def rows_of(issue):
    return {row.contact_id: row for row in Delivery.objects.filter(mailing=issue)}


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def test_who_paused_is_a_row_left_out_with_its_reason(reviewed, readers):
    (reads,) = readers(1)
    (rests,) = readers(1, paused_until=in_days(30))
    (again_,) = readers(1, paused_until=in_days(0))
    assert audience.freeze(reviewed) == (3, 2)
    found = rows_of(reviewed)
    assert found[rests.contact_id].skip_reason == "paused"
    assert found[rests.contact_id].email is None
    assert found[reads.contact_id].skip_reason == found[again_.contact_id].skip_reason == ""


def test_the_preview_and_the_count_say_the_same(reviewed, readers):
    readers(2)
    readers(1, paused_until=in_days(30))
    seen, _readers = audience.survey(reviewed)
    assert (seen.matched, seen.recipients, seen.left_out) == (3, 2, {"paused": 1})
    assert audience.count(reviewed) == (3, 2)


def test_who_never_confirmed_or_has_left_is_not_matched(reviewed, readers):
    pending, gone, active = readers(3)
    Subscription.objects.filter(pk=pending.pk).update(status="pending", confirmed_at=None)
    Subscription.objects.filter(pk=gone.pk).update(status="unsubscribed", unsubscribed_at=timezone.now())
    audience.freeze(reviewed)
    assert set(rows_of(reviewed)) == {active.contact_id}


def test_the_language_chosen_for_the_list_wins(reviewed, readers):
    (own,), (chosen,) = readers(1, language=""), readers(1, language="fr")
    (other,) = readers(1, language="de")
    audience.freeze(reviewed)
    found = rows_of(reviewed)
    assert [found[one.contact_id].language for one in (own, chosen, other)] == ["en", "fr", "en"]


def test_a_language_chosen_for_one_list_does_not_count_for_another(reviewed, readers, monthly):
    (reader,) = readers(1)
    other = type(monthly).objects.create(name="Another list", slug="another")
    Subscription.objects.create(
        contact=reader.contact, contact_list=other, status="active", confirmed_at=timezone.now(), language="fr"
    )
    audience.freeze(reviewed)
    assert rows_of(reviewed)[reader.contact_id].language == "en"


def test_each_reader_carries_the_topics_of_this_issue_that_they_chose(reviewed, readers, monthly):
    law, work = monthly.topics.order_by("position")
    unused = monthly.topics.create(slug="other", position=9)
    (both,) = readers(1, topics=[law, work])
    (one,) = readers(1, topics=[work, unused])
    (none,) = readers(1)
    audience.freeze(reviewed)
    found = rows_of(reviewed)
    assert sorted(found[both.contact_id].context["topics"]) == [law.pk, work.pk]
    assert found[one.contact_id].context["topics"] == [work.pk]
    assert found[none.contact_id].context["topics"] == []


def test_an_issue_without_topics_has_none_in_its_rows(reviewed, readers, monthly):
    reviewed.blocks.update(topic=None)
    (reader,) = readers(1, topics=list(monthly.topics.all()))
    audience.freeze(reviewed)
    assert "topics" not in rows_of(reviewed)[reader.contact_id].context


def test_each_reader_carries_the_day_they_confirmed(reviewed, readers):
    (reader,) = readers(1)
    audience.freeze(reviewed)
    assert rows_of(reviewed)[reader.contact_id].context["subscribed_on"] == timezone.localdate().isoformat()
    assert ConsentRecord.objects.filter(action="confirmed").count() == 1


def test_a_letter_has_neither_topics_nor_a_day(reviewed, readers):
    (reader,) = readers(1)
    Mailing.objects.filter(pk=reviewed.pk).update(kind="letter", contact_list=None)
    audience.freeze(Mailing.objects.get(pk=reviewed.pk))
    assert not {"topics", "subscribed_on"} & set(rows_of(reviewed)[reader.contact_id].context)


def window_of(issue):
    mailing = Mailing.objects.select_related("sender", "owner", "contact_list").get(pk=issue.pk)
    claim = claim_chunk(mailing.pk, "a worker")
    return open_window(claim, mailing, size=50)


def test_who_pauses_after_the_freeze_is_not_written_to(due, monthly):
    recounting.begin(due.pk)
    resting = monthly.subscriptions.order_by("pk").first()
    Subscription.objects.filter(pk=resting.pk).update(paused_until=in_days(90))
    going = window_of(due)
    assert len(going) == 9
    row = Delivery.objects.get(mailing=due, contact=resting.contact)
    assert (row.status, row.skip_reason) == ("skipped", "paused")
    assert row.skipped_at


def test_a_pause_of_another_list_stops_nothing(due, monthly):
    recounting.begin(due.pk)
    other = type(monthly).objects.create(name="Another list", slug="another")
    Subscription.objects.create(
        contact=monthly.subscriptions.first().contact,
        contact_list=other,
        status="active",
        confirmed_at=timezone.now(),
        paused_until=in_days(90),
    )
    assert len(window_of(due)) == 10
