"""Return addresses: they name their letter, and nobody can make one up."""

import time
from uuid import UUID, uuid4

import pytest
from django.utils.crypto import salted_hmac
from hypothesis import given, settings
from hypothesis import strategies as st

from mailing.models import Sender
from mailing.verp import MAC_BYTES, PURPOSE, _mac, bounce_address, delivery_id_of

SENDER = Sender(from_email="office@lsi.example", bounce_domain="bounce.lsi.example")


@settings(max_examples=200, deadline=None)
@given(st.uuids())
def test_an_address_names_its_letter_in_any_case_and_is_short_enough(public_id):
    address = bounce_address(SENDER, public_id)
    local, _at, domain = address.partition("@")
    assert len(local) <= 64
    assert local == local.lower()
    assert domain == "bounce.lsi.example"
    assert delivery_id_of(address) == public_id
    assert delivery_id_of(address.upper()) == public_id
    assert delivery_id_of(f" <{address}>\r\n") == public_id


def test_without_a_domain_for_returned_mail_it_is_the_sender():
    sender = Sender(from_email="office@lsi.example")
    assert bounce_address(sender, uuid4()) == "office@lsi.example"
    assert delivery_id_of("office@lsi.example") is None


def test_every_changed_character_is_refused():
    address = bounce_address(SENDER, uuid4())
    local = address.partition("@")[0]
    for place in range(2, len(local)):
        if local[place] == ".":
            continue
        other = "a" if local[place] != "a" else "b"
        assert delivery_id_of(local[:place] + other + local[place + 1 :] + "@bounce.lsi.example") is None


def test_the_mac_of_one_letter_does_not_fit_another():
    one, two = (bounce_address(SENDER, uuid4()).partition("@")[0] for _ in range(2))
    assert delivery_id_of(f"{one.partition('.')[0]}.{two.partition('.')[2]}@bounce.lsi.example") is None


@pytest.mark.parametrize(
    "address", ["", "@", "b+@x.example", "b+a.b@x.example", "b+" + "a" * 5000, "b+\u0130" * 40, "\x00", "x" * 10_000]
)
def test_other_text_is_not_an_address_of_ours(address):
    assert delivery_id_of(address) is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_no_text_makes_it_fail(text):
    assert delivery_id_of(text) is None


def test_an_address_made_under_a_former_key_still_counts(settings):
    settings.SECRET_KEY = "former-key"
    public_id = uuid4()
    address = bounce_address(SENDER, public_id)
    settings.SECRET_KEY = "present-key"
    assert delivery_id_of(address) is None
    settings.SECRET_KEY_FALLBACKS = ["another-key", "former-key"]
    assert delivery_id_of(address) == public_id


def test_the_key_is_of_this_purpose_alone(settings):
    raw = UUID(int=7).bytes
    assert _mac(settings.SECRET_KEY, raw) == salted_hmac(PURPOSE, raw, algorithm="sha256").digest()[:MAC_BYTES]
    assert _mac(settings.SECRET_KEY, raw) != salted_hmac(b"other", raw, algorithm="sha256").digest()[:MAC_BYTES]
    assert MAC_BYTES * 8 >= 80


def test_it_is_quick_enough_for_a_million():
    ids = [uuid4() for _ in range(5000)]
    best = min(_seconds(ids) for _ in range(5))
    # About 5 µs each; the bound leaves room for a busy machine.
    assert best / len(ids) < 50e-6


def _seconds(ids):
    began = time.process_time()
    for public_id in ids:
        bounce_address(SENDER, public_id)
    return time.process_time() - began
