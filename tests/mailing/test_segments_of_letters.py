"""Segments ask about letters: who received one and did not reply, who was written to lately, whose letter came back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.criteria import CriteriaError, describe, resolve, steps, validate
from contacts.models import Segment, SegmentPick
from mailing.audience import freeze, people, preview
from mailing.models import AudienceRule, Delivery, Mailing
from tests.factories import ContactFactory, MailingFactory, SenderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(db):
    """A letter that has left, and a way to say what became of it for somebody."""
    now = timezone.now()
    mailing = MailingFactory(reference="LSI-2026-014", status="draft")
    Mailing.objects.filter(pk=mailing.pk).update(frozen_at=now, started_at=now)

    def to(name, *, days=1, status="sent", **fields):
        person = ContactFactory(family_name=name)
        at = now - timedelta(days=days)
        sent = {"sent_at": at} if status == "sent" else {}
        unknown = {"error_kind": "outcome_unknown"} if status == "uncertain" else {}
        skipped = {"skip_reason": "objected"} if status == "skipped" else {}
        Delivery.objects.create(
            mailing=mailing,
            contact=person,
            email_key=person.email_key,
            language="en",
            status=status,
            queued_at=at,
            **{**sent, **unknown, **skipped, **fields},
        )
        return person

    return to


def names(criteria):
    return {person.family_name for person in resolve(validate(criteria))}


def test_who_received_a_letter_and_did_not_reply(letter):
    letter("Silent")
    letter("Replied", replied_at=timezone.now())
    letter("Bounced", bounced_at=timezone.now())
    letter("Skipped", status="skipped")
    ContactFactory(family_name="Stranger")
    assert names({"received": {"mailing": ["lsi-2026-014"]}}) == {"Silent", "Replied"}
    rule = {"received": {"mailing": ["LSI-2026-014"], "replied": "no"}}
    assert names(rule) == {"Silent"}
    assert names({"received": {"mailing": ["LSI-2026-014"], "replied": "yes"}}) == {"Replied"}
    assert describe(rule) == "People who received LSI-2026-014 and did not reply"


def test_a_letter_nobody_sent_is_refused_with_the_nearest_reference(letter):
    letter("Somebody")
    with pytest.raises(CriteriaError, match="Did you mean LSI-2026-014"):
        validate({"received": {"mailing": ["LSI-2026-041"]}})
    for wrong in [{}, {"replied": "no"}, {"mailing": ["LSI-2026-014"], "replied": "maybe"}, "LSI-2026-014"]:
        with pytest.raises(CriteriaError):
            validate({"received": wrong})
    assert not resolve({"received": {"mailing": ["GONE-1"]}}).exists()


def test_who_was_written_to_lately_and_who_was_not(letter):
    letter("Recent", days=3)
    letter("Long ago", days=20)
    letter("Perhaps", days=3, status="uncertain")
    letter("Refused", days=3, status="failed")
    ContactFactory(family_name="Never")
    assert names({"written": {"days": 14}}) == {"Recent", "Perhaps"}
    assert names({"written": {"days": 14, "is": "no"}}) == {"Long ago", "Refused", "Never"}
    assert names({"written": {"is": "no"}}) == {"Refused", "Never"}
    rule = {"all": [{"country": ["IE"]}, {"written": {"days": 14, "is": "no"}}]}
    assert describe(rule) == "People from Ireland, without people who were written to in the last 14 days"
    assert [(step.is_left_out, step.alone, step.left) for step in steps(rule)] == [(False, 5, 5), (True, 2, 3)]


def test_nobody_was_written_to_before_the_first_letter(db, django_assert_num_queries):
    ContactFactory(family_name="Never")
    assert names({"written": {"days": 14}}) == set()
    assert names({"written": {"days": 14, "is": "no"}}) == {"Never"}


def test_whose_letter_came_back(letter):
    letter("Fine")
    letter("Bounced", bounced_at=timezone.now() - timedelta(days=40))
    assert names({"bounced": {"is": "yes"}}) == {"Bounced"}
    assert names({"bounced": {"days": 30}}) == set()
    assert names({"bounced": {"is": "no"}}) == {"Fine"}
    assert describe({"bounced": {"is": "yes"}}) == "People who had a letter come back"


@pytest.mark.parametrize("days", [0, 3651, -1, "14", True, None])
def test_days_are_a_number_within_ten_years(letter, days):
    with pytest.raises(CriteriaError):
        validate({"written": {"days": days}})


def test_people_by_hand_are_in_the_audience_and_in_the_freeze(db):
    inside, outside, friend = (ContactFactory(family_name=name, country="IE") for name in ("In", "Out", "Friend"))
    type(friend).objects.filter(pk=friend.pk).update(country="FR")
    segment = Segment.objects.create(name="Irish", criteria={"country": ["IE"]})
    SegmentPick.objects.create(segment=segment, contact=friend, effect="include")
    SegmentPick.objects.create(segment=segment, contact=outside, effect="exclude")
    mailing = MailingFactory()
    AudienceRule.objects.create(mailing=mailing, segment=segment)
    assert {person.pk for person in people(mailing)} == {inside.pk, friend.pk}
    assert preview(mailing).matched == 2
    freeze(mailing)
    assert set(mailing.deliveries.values_list("contact_id", flat=True)) == {inside.pk, friend.pk}


def test_a_letter_begins_with_the_people_of_a_segment(client, officer, stranger):
    SenderFactory()
    segment = Segment.objects.create(name="Irish", criteria={"country": ["IE"]})
    client.force_login(officer)
    detail = client.get(reverse("contacts:segment_detail", args=[segment.pk])).content.decode()
    assert "Write to these people" not in detail
    ContactFactory(country="IE")
    detail = client.get(reverse("contacts:segment_detail", args=[segment.pk])).content.decode()
    url = f"{reverse('mailing:letter_create')}?segment={segment.pk}"
    assert url in detail
    assert "Irish" in client.get(url).content.decode()
    client.post(url, {"title": "To them", "language": "en"})
    assert AudienceRule.objects.get().segment == segment
    client.force_login(stranger)
    client.post(url, {"title": "To nobody", "language": "en"})
    assert AudienceRule.objects.count() == 1
