"""Whatever somebody writes to our mailbox: it is kept, sorted or put aside, and nothing breaks."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import Suppression
from mailing import bounces, inbound, reading
from mailing.handling import handle_waiting
from mailing.models import IncomingMail, Reply
from mailing.models.incoming import MOST_TRIES
from mailing.verp import local_part
from tests.mailing.coming_back import accepted_letter
from tests.payloads import FOLDER, incoming, payload

SAMPLES = sorted(FOLDER.glob("*.eml"))


def nested(depth, inner=b"Content-Type: text/plain\r\n\r\nhello"):
    """A message whose parts hold each other that deep."""
    for level in range(depth):
        edge = b"edge%d" % level
        inner = b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n--%s\r\n%s\r\n--%s--\r\n' % (
            (edge, edge, inner, edge)
        )
    return b"From: <a@elsewhere.example>\r\nSubject: deep\r\n" + inner


HOSTILE = {
    "empty": b"",
    "NULs": b"\x00" * 1000,
    "binary": bytes(range(256)) * 40,
    "fields alone": b"From: <a@elsewhere.example>",
    "50 deep": nested(50),
    "500 deep": nested(500),
    "5000 messages in each other": b"Content-Type: message/rfc822\r\n\r\n" * 5000,
    "an endless field": b"Subject: " + b"x" * 2_000_000,
    "a million fields": b"X-A: b\r\n" * 200_000 + b"\r\n\r\nhello",
    "a field of brackets": b"From: " + b"(" * 50_000 + b"\r\n\r\nx",
    "a field of quotes": b'To: "' + b'\\"' * 30_000 + b"\r\n\r\nx",
    "unknown charsets": b"From: =?no-such?Q?=FF?= <a@elsewhere.example>\r\nSubject: =?utf-8?B?!!!?=\r\n"
    b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff\xfe",
    "a charset of surrogates": b"From: <a@elsewhere.example>\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+2AA-",
    "a charset that is a codec": b"From: <a@elsewhere.example>\r\nContent-Type: text/plain; charset=base64\r\n\r\n!!",
    "a charset in parts": b"From: <a@elsewhere.example>\r\n"
    b"Content-Type: text/plain; charset*0*=no'such; charset*1=x\r\n\r\nx",
    "broken base64": b"From: <a@elsewhere.example>\r\nContent-Transfer-Encoding: base64\r\n\r\n====!",
    "broken uuencode": b"From: <a@elsewhere.example>\r\nContent-Transfer-Encoding: uuencode\r\n\r\nbegin 666 x\nM\x01",
    "a report without its part": b"From: MAILER-DAEMON@x.example\r\n"
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nlost\r\n--x--\r\n",
    "an empty report": b"Content-Type: message/delivery-status\r\n\r\n",
    "a report in one field": b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n\r\nStatus:\r\n\r\n",
    "a complaint without fields": b"Content-Type: message/feedback-report\r\n\r\n",
    "an open comment": b"From: <a@elsewhere.example>\r\nContent-Type: text/html\r\n\r\n" + b"<!--" * 25_000,
    "open tags": b"From: <a@elsewhere.example>\r\nContent-Type: text/html\r\n\r\n" + b"<a " * 33_000,
    "open scripts": b"From: <a@elsewhere.example>\r\nContent-Type: text/html\r\n\r\n" + b"<script>" * 12_000,
    "a date of nothing": b"From: <a@elsewhere.example>\r\nDate: never\r\nMessage-ID: <<<>>>\r\nReferences: "
    + b"<" * 9000
    + b"\r\n\r\nx",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE)
def test_no_message_breaks_the_handling_or_blocks_anybody(name):
    began = time.process_time()
    incoming(HOSTILE[name])
    assert handle_waiting() == 1
    mail = IncomingMail.objects.get()
    assert mail.handled_at
    assert mail.tries == 0
    assert not Suppression.objects.exists()
    assert time.process_time() - began < 8


@pytest.mark.django_db
def test_ten_megabytes_are_handled_by_their_beginning():
    delivery = accepted_letter()
    raw = payload("reply-plain", delivery) + b"\r\n" + b"x" * 76 * 130_000
    assert len(raw) > 9_800_000
    incoming(raw)
    began = time.process_time()
    assert handle_waiting() == 1
    assert time.process_time() - began < 8
    assert len(Reply.objects.get().text) <= reading.MOST_TEXT


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=3000))
def test_no_bytes_make_the_reading_fail(raw):
    read_all(raw)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_damage_to_a_real_message_makes_the_reading_fail(data):
    raw = bytearray(data.draw(st.sampled_from(SAMPLES)).read_bytes())
    for _damage in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw) - 1))
        length = data.draw(st.integers(0, 60))
        raw[at : at + length] = data.draw(st.binary(max_size=40))
        if not raw:
            raw += b"x"
    read_all(bytes(raw))


def read_all(raw):
    message = reading.read(raw)
    bounces.report_of(message)
    inbound.is_automatic(message)
    text = reading.text_of(message)
    text.encode("utf-8")
    assert "\x00" not in text
    for name, address in reading.addresses(message, "From", "To"):
        f"{name}{address}".encode()
    reading.field(message, "Subject").encode("utf-8")


@pytest.mark.django_db
def test_a_fault_of_ours_stops_no_other_message_and_is_tried_again(monkeypatch, caplog):
    delivery = accepted_letter()
    bad, good = incoming(b"Subject: bad\r\n\r\n"), incoming(payload("reply-plain", delivery))
    real = reading.read

    def breaks(raw):
        if raw.startswith(b"Subject: bad"):
            raise RuntimeError("somebody@elsewhere.example")
        return real(raw)

    monkeypatch.setattr(reading, "read", breaks)
    for _time in range(MOST_TRIES + 2):
        handle_waiting()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert good.handled_at
    assert not bad.handled_at
    assert bad.tries == MOST_TRIES
    assert "RuntimeError" in caplog.text
    assert "somebody@" not in caplog.text


@pytest.mark.django_db
def test_a_report_that_names_two_letters_is_about_the_one_whose_hash_is_right():
    delivery = accepted_letter()
    raw = payload("postfix-unknown-user", delivery)
    fake = b"b+" + b"a" * 26 + b"." + b"a" * 24 + b"@bounce.platform.example"
    incoming(b"X-Original-To: " + fake + b"\r\n" + raw)
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.bounced_at


@pytest.mark.django_db
def test_our_own_words_in_a_returned_copy_are_not_taken_for_the_servers():
    delivery = accepted_letter()
    raw = payload("qmail-unknown-user", delivery).replace(b"(#5.1.1)", b"(#5.2.2)")
    incoming(raw)
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.bounced_at
    assert not Suppression.objects.exists()


@pytest.mark.django_db
def test_a_person_who_pastes_a_bounce_into_an_answer_is_still_a_person():
    delivery = accepted_letter()
    verp = f"{local_part(delivery.public_id)}@bounce.platform.example".encode()
    raw = payload("reply-without-reference", delivery).replace(
        b"To: <officer@platform.example>", b"To: <" + verp + b">"
    )
    incoming(raw + b"\r\n550 5.1.1 Undelivered Mail Returned to Sender\r\n")
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.replied_at
    assert not delivery.bounced_at
    assert not Suppression.objects.exists()
