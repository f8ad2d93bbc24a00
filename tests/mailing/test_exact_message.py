"""One recipient's page shows the exact message: made again from what was frozen, and compared with the ledger."""

import pytest
from django.urls import reverse
from django.utils import timezone

from mailing import as_sent, bell
from mailing.dispatch import sending
from mailing.models import Delivery, MailingContent, Skeleton
from tests.letters import letter_being_sent
from tests.mailing.transports import FakeTransport
from transport.errors import OutcomeUnknown, Phase

pytestmark = pytest.mark.django_db


@pytest.fixture
def left(monkeypatch, settings):
    """A French letter that was handed over, with the bytes that left."""
    settings.LEASE_SECONDS = 30
    monkeypatch.setattr(bell, "ring", lambda mailing_id: True)
    mailing = letter_being_sent(1, languages=("fr",))
    transport = FakeTransport()
    sending.run(mailing.pk, open_with=transport)
    delivery = mailing.deliveries.get()
    delivery.raw = transport.taken[0][1]
    return delivery


def url(name, delivery):
    return reverse(f"mailing:{name}", args=[delivery.mailing.reference, delivery.public_id])


def page(response):
    return response.content.decode()


def test_the_message_is_made_again_bit_by_bit_though_the_texts_have_changed(left):
    MailingContent.objects.update(body="<p>Something else.</p>", subject="Something else")
    message = as_sent.message_of(Delivery.objects.get())
    assert message.raw == left.raw
    assert message.is_same
    assert message.subject == "Compensation (fr)"
    assert left.context["salutation"] in message.html
    assert left.context["salutation"] in message.text


def test_the_page_names_digest_size_and_the_servers_answer(left, sign_in, officer):
    shown = page(sign_in(officer).get(url("delivery_letter", left)))
    assert left.content_digest in shown
    assert "Bit by bit the same" in shown
    assert "250 2.0.0 Ok: queued" in shown
    assert "The letter as it left" in shown
    assert f"{left.public_id}@platform.example" in shown


def test_a_digest_that_does_not_fit_is_said(left, sign_in, officer):
    Delivery.objects.update(content_digest="0" * 64)
    shown = page(sign_in(officer).get(url("delivery_letter", left)))
    assert "Not the same" in shown
    assert "Bit by bit the same" not in shown


def test_the_frame_is_sandboxed_and_holds_the_words_that_left(left, sign_in, officer):
    answer = sign_in(officer).get(url("delivery_message", left))
    assert left.context["salutation"] in page(answer)
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]


def test_the_plain_text_can_be_read(left, sign_in, officer):
    shown = page(sign_in(officer).get(url("delivery_letter", left) + "?format=text"))
    assert "mail-source" in shown
    assert "<iframe" not in shown


def test_the_file_is_the_message_byte_for_byte_and_its_taking_is_written_down(left, sign_in, officer, viewer):
    answer = sign_in(officer).get(url("delivery_file", left))
    assert answer.content == left.raw
    assert answer["Content-Type"] == "message/rfc822"
    assert answer["Content-Disposition"].startswith("attachment")
    assert sign_in(viewer).get(url("delivery_file", left)).status_code == 403


def test_a_secret_address_is_in_no_file_and_on_no_page(left, sign_in, officer):
    left.contact.is_confidential = True
    left.contact.save()
    client = sign_in(officer)
    assert client.get(url("delivery_file", left)).status_code == 404
    shown = page(client.get(url("delivery_letter", left)))
    assert left.email not in shown
    assert "secret address" in shown


def test_after_an_erasure_the_digest_is_all_that_is_left(left, sign_in, officer):
    Delivery.objects.update(contact=None, email=None, email_key=None, context={})
    client = sign_in(officer)
    shown = page(client.get(url("delivery_letter", left)))
    assert "the message cannot be made again" in shown
    assert left.content_digest in shown
    assert client.get(url("delivery_message", left)).status_code == 404
    assert client.get(url("delivery_file", left)).status_code == 404


def test_a_message_of_another_version_of_the_program_is_no_error(left, sign_in, officer):
    stored = Skeleton.objects.get()
    stored.program["version"] = 0
    stored.save()
    shown = page(sign_in(officer).get(url("delivery_letter", left)))
    assert "put together by an older version" in shown


def test_before_the_first_try_it_is_as_it_would_leave(sign_in, officer):
    delivery = letter_being_sent(1).deliveries.get()
    shown = page(sign_in(officer).get(url("delivery_letter", delivery)))
    assert "The letter as it would leave" in shown
    assert "Digest in the ledger" not in shown


def test_nothing_of_another_organisation_is_found(left, sign_in, stranger):
    client = sign_in(stranger)
    for name in ("delivery_letter", "delivery_message", "delivery_file", "delivery_address"):
        assert client.get(url(name, left)).status_code == 404, name


def test_one_letters_page_stays_within_its_queries(left, sign_in, officer, django_assert_max_num_queries):
    client = sign_in(officer)
    client.get(url("delivery_letter", left))
    with django_assert_max_num_queries(14):
        client.get(url("delivery_letter", left))


def test_a_letter_that_failed_offers_to_try_again_and_an_unknown_one_does_not(left, sign_in, officer):
    client = sign_in(officer)
    Delivery.objects.update(status="failed", error_kind="permanent", sent_at=None, failed_at=timezone.now())
    assert "Try again" in page(client.get(url("delivery_letter", left)))
    Delivery.objects.update(status="failed", error_kind="outcome_unknown")
    shown = page(client.get(url("delivery_letter", left)))
    assert "Try again" not in shown
    assert "Nobody knows whether this letter arrived" in shown
    assert OutcomeUnknown("Lost.", phase=Phase.DOT).kind == "outcome_unknown"
