"""One real letter leaves first; the rest waits for a person's word, and nobody is missed or written to twice."""

import pytest
from django.urls import reverse

from mailing import bell, lifecycle
from mailing.dispatch import recovery, sending
from mailing.models import AudienceRule, Delivery, DeliveryChunk, Mailing
from tests.factories import MailingContentFactory, MailingFactory
from tests.mailing.transports import FakeTransport
from transport.errors import Phase, TransientError
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calm(monkeypatch, settings):
    """No bells; no heartbeat within a test's own transaction."""
    settings.LEASE_SECONDS = 30
    monkeypatch.setattr(bell, "ring", lambda mailing_id: True)
    monkeypatch.setattr(bell, "ring_due", lambda: True)


@pytest.fixture
def many(letter, member, officer, approver):
    """An approved letter to twelve people, in several chunks."""
    for _number in range(12):
        member()
    lifecycle.submit(letter, actor=officer, approver=approver)
    digest = lifecycle.reading_digest(Mailing.objects.get())[0]
    return lifecycle.approve(letter, actor=approver, digest=digest)


def begin(mailing, officer, number=5):
    """Schedule it with the letter of this number first, and start it."""
    first = Delivery.objects.filter(mailing=mailing).order_by("pk")[number]
    lifecycle.schedule(mailing, actor=officer, first=first)
    lifecycle.start_due()
    return first


def statuses(mailing):
    return list(Delivery.objects.filter(mailing=mailing).order_by("pk").values_list("status", flat=True))


def chunks_cover_everybody_once(mailing):
    ids = set(Delivery.objects.filter(mailing=mailing).values_list("pk", flat=True))
    covered = [pk for lo, hi in DeliveryChunk.objects.values_list("lo", "hi") for pk in range(lo, hi + 1) if pk in ids]
    return sorted(covered) == sorted(ids)


@pytest.mark.parametrize("number", [0, 5, 11])
def test_only_the_chosen_letter_leaves_and_the_rest_waits_for_a_word(many, officer, number):
    first = begin(many, officer, number)
    assert chunks_cover_everybody_once(many)
    transport = FakeTransport()
    sending.run(many.pk, open_with=transport)
    sending.run(many.pk, open_with=transport)

    assert transport.recipients == [first.email]
    many.refresh_from_db()
    assert many.status == "paused"
    assert many.pause_reason == (
        "The first letter has left. Resume when you have seen it arrive. 11 letters wait for your word."
    )
    assert SystemMail.objects.filter(purpose="sending-stopped").count() == 1

    lifecycle.resume(many, actor=officer)
    sending.run(many.pk, open_with=transport)
    assert sorted(transport.recipients) == sorted(Delivery.objects.values_list("email", flat=True))
    assert Mailing.objects.get().status == "finished"


def test_a_first_letter_that_is_delayed_is_tried_again_before_anybody_else(many, officer):
    first = begin(many, officer)
    slow = [TransientError("Busy", code="451", phase=Phase.RCPT)]
    transport = FakeTransport(lambda to: slow.pop() if slow else None)
    sending.run(many.pk, open_with=transport)
    recovery.sweep()
    assert Mailing.objects.get().status == "sending"
    assert statuses(many).count("queued") == 12

    Delivery.objects.filter(pk=first.pk).update(next_attempt_at=first.queued_at)
    sending.run(many.pk, open_with=transport)
    assert transport.recipients == [first.email]
    assert Mailing.objects.get().status == "paused"


def test_a_pause_before_the_first_letter_does_not_let_the_others_go(many, officer):
    first = begin(many, officer)
    lifecycle.pause(many, officer, "A moment.")
    lifecycle.resume(many, actor=officer)
    transport = FakeTransport()
    sending.run(many.pk, open_with=transport)
    assert transport.recipients == [first.email]


def test_a_first_letter_that_may_not_leave_any_more_is_said(many, officer):
    first = begin(many, officer)
    Delivery.objects.filter(pk=first.pk).update(contact=None)
    sending.run(many.pk, open_with=FakeTransport())
    mailing = Mailing.objects.get()
    assert mailing.status == "paused"
    assert mailing.pause_reason.startswith("The first letter did not get through.")


def test_the_rest_can_be_stopped_after_the_first(many, officer):
    begin(many, officer)
    sending.run(many.pk, open_with=FakeTransport())
    stopped = lifecycle.stop_the_rest(many, actor=officer)
    assert (stopped.left, stopped.cancelled) == (1, 11)
    assert sorted(set(statuses(many))) == ["cancelled", "sent"]


def test_an_undo_forgets_whose_letter_was_first(many, officer):
    first = Delivery.objects.order_by("pk")[3]
    lifecycle.schedule(many, actor=officer, first=first)
    lifecycle.undo(many, actor=officer)
    assert not DeliveryChunk.objects.exists()
    assert Mailing.objects.get().status == "draft"


def test_a_letter_of_another_mailing_is_refused(many, officer, approver):
    other = MailingFactory(author=officer)
    MailingContentFactory(mailing=other)
    AudienceRule.objects.create(mailing=other, criteria={"seat": {"committee": ["LIBE"]}})
    lifecycle.submit(other, actor=officer, approver=approver)
    digest = lifecycle.reading_digest(Mailing.objects.get(pk=other.pk))[0]
    lifecycle.approve(other, actor=approver, digest=digest)
    stranger = Delivery.objects.filter(mailing=many).first()
    with pytest.raises(lifecycle.LifecycleError):
        lifecycle.schedule(other, actor=officer, first=stranger)
    assert Mailing.objects.get(pk=other.pk).status == "approved"


def test_the_page_of_step_five_offers_it_and_the_report_says_what_waits(many, officer, sign_in):
    client = sign_in(officer)
    url = reverse("mailing:letter_send", args=[many.reference])
    first = Delivery.objects.order_by("pk")[2]
    assert f'value="{first.public_id}"' in client.get(url).content.decode()
    assert client.post(url, {"when": "now", "first": "nonsense"}).status_code == 422
    client.post(url, {"when": "now", "first": str(first.public_id)})
    lifecycle.start_due()
    sending.run(many.pk, open_with=FakeTransport())
    shown = client.get(reverse("mailing:letter_report", args=[many.reference])).content.decode()
    assert "11 letters wait for your word." in shown
