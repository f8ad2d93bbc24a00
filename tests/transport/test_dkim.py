"""Signatures that others verify: nothing can be changed or added, and the same message is signed alike."""

import re
from datetime import UTC, datetime

import dkim as verifier
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from dkim.canonicalization import Relaxed
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.transport.conftest import plain_message
from tests.transport.test_message_bytes import LANGUAGES
from transport import dkim
from transport.checks import dkim_keys
from transport.delivery import refuse_unsafe_bytes
from transport.errors import TransientError
from transport.message import build_message

DOMAIN = "platform.example"
# In the past on every machine: dkimpy refuses signatures of the future.
SENT = datetime(2025, 1, 14, 9, 0, tzinfo=UTC)


def pem_of(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.fixture(scope="module")
def keys():
    """Keys by length, made once: making one takes a second."""
    return {bits: rsa.generate_private_key(public_exponent=65537, key_size=bits) for bits in (1024, 2048)}


@pytest.fixture
def key_file(settings, tmp_path, keys):
    """A key of 2048 bits for the sender's domain, as an administrator would set it."""
    file = tmp_path / "dkim.pem"
    file.write_bytes(pem_of(keys[2048]))
    settings.DKIM_KEYS = [f"{DOMAIN}:news2026:{file}"]
    return file


@pytest.fixture
def is_valid(keys):
    """Whether dkimpy verifies a message, with the public key from a DNS of our own."""
    public = (
        keys[2048]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    record = b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])

    def ask(message):
        asked = []

        def dns(name, timeout=5):
            asked.append(name)
            return record

        found = verifier.verify(message, dnsfunc=dns)
        assert asked in ([], [b"news2026._domainkey.platform.example."])
        return found

    return ask


def newsletter(language="en", **changes):
    name, subject = LANGUAGES[language]
    return build_message(
        **{
            "sender": ("Test Platform", f"advocacy@{DOMAIN}"),
            "to": (name, "reader@parliament.example"),
            "reply_to": f"officer@{DOMAIN}",
            "subject": subject,
            "text": f"{subject}\n\n  Two  spaces,\ta tab and one at the end \n\n\n",
            "html": f"<p>{subject}</p>\n",
            "message_id": f"one@{DOMAIN}",
            "headers": {
                "List-Id": f"<list-1.{DOMAIN}>",
                "List-Unsubscribe": f"<https://{DOMAIN}/unsubscribe/{'x' * 66}/>, <mailto:officer@{DOMAIN}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Feedback-ID": "one:two:three:four",
            },
            "date": SENT,
            **changes,
        }
    )


def tags(message):
    """The tags of the first field, which is the signature."""
    field = re.match(rb"DKIM-Signature:((?:[^\r]|\r\n[ \t])*)\r\n", message)[1]
    pairs = [pair.strip().partition(b"=") for pair in field.split(b";")]
    return {name.decode(): re.sub(rb"\s", b"", value).decode() for name, _sign, value in pairs}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_signed_message_verifies_in_every_language(key_file, is_valid, language):
    signed = dkim.sign(newsletter(language), DOMAIN)
    assert signed.endswith(newsletter(language))
    assert is_valid(signed)
    refuse_unsafe_bytes(signed)
    assert max(map(len, signed.partition(b"\r\nFrom")[0].split(b"\r\n"))) <= 78


def test_the_signature_is_of_the_kind_receivers_ask_for(key_file):
    found = tags(dkim.sign(newsletter(), DOMAIN))
    assert (found["a"], found["c"], found["d"], found["s"]) == ("rsa-sha256", "relaxed/relaxed", DOMAIN, "news2026")
    assert "l" not in found
    names = found["h"].split(":")
    for name in ("from", "to", "subject", "date", "message-id", "list-id", "list-unsubscribe", "list-unsubscribe-post"):
        assert names.count(name) == 2, "once for the field, once against a second one"
    assert names.count("cc") == 1, "none may be added"
    assert names.count("feedback-id") == 1


def test_the_same_message_is_signed_alike_and_dated_as_it_is(key_file):
    first = dkim.sign(newsletter(), DOMAIN)
    assert dkim.sign(newsletter(), DOMAIN) == first
    assert tags(first)["t"] == str(int(SENT.timestamp()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"List-Unsubscribe: <https://platform", b"List-Unsubscribe: <https://attacker"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
        (b"From: Test Platform", b"From: Another Platform"),
        (b"Subject: ", b"Subject: Re: "),
        (b"From: ", b"From: Somebody <else@attacker.example>\r\nFrom: "),
        (b"Subject: ", b"Subject: Win\r\nSubject: "),
        (b"MIME-Version: ", b"From: Somebody <else@attacker.example>\r\nMIME-Version: "),
        (b"MIME-Version: ", b"List-Unsubscribe: <https://attacker.example>\r\nMIME-Version: "),
        (b"MIME-Version: ", b"Cc: more@attacker.example\r\nMIME-Version: "),
        (b"Date: Tue, 14", b"Date: Wed, 15"),
        (b"To: ", b"To: a@attacker.example\r\nTo: "),
        (b"Two  spaces", b"Three spaces"),
        (b"--\r\n", b"--\r\nmore\r\n"),
    ],
)
def test_a_message_that_was_changed_does_not_verify(key_file, is_valid, old, new):
    signed = dkim.sign(newsletter(), DOMAIN)
    head, body = signed[: signed.index(b"From: ")], signed[signed.index(b"From: ") :]
    changed = head + body.replace(old, new, 1)
    assert changed != signed
    assert not is_valid(changed)


def test_a_list_header_added_to_a_letter_does_not_verify(key_file, is_valid):
    signed = dkim.sign(newsletter(headers={}), DOMAIN)
    assert is_valid(signed)
    assert not is_valid(b"List-Unsubscribe: <https://attacker.example>\r\n" + signed)


def test_spaces_and_folds_that_servers_change_do_no_harm(key_file, is_valid):
    signed = dkim.sign(newsletter(), DOMAIN)
    assert is_valid(signed.replace(b"Date: ", b"date:\r\n  ", 1))
    assert is_valid(signed + b"\r\n\r\n")


BYTES = st.text(alphabet=" \tab.\r\n=é", max_size=60).map(
    lambda text: re.sub(r"\r\n|\r|\n", "\r\n", text).encode("utf-8")
)


@hypothesis_settings(max_examples=300, deadline=None)
@given(BYTES)
def test_bodies_get_the_relaxed_form_that_dkimpy_gives_them(body):
    ended = body + b"\r\n"
    assert dkim.relaxed_body(ended) == Relaxed.canonicalize_body(ended)


@hypothesis_settings(max_examples=300, deadline=None)
@given(st.text(alphabet=" \tab<>@", max_size=40))
def test_fields_get_the_relaxed_form_that_dkimpy_gives_them(value):
    ((name, canonical),) = Relaxed.canonicalize_headers([(b"List-Id", f" {value}\r\n x\r\n".encode())])
    assert dkim.relaxed_field(f"List-Id: {value}\r\n x\r\n".encode()) == name + b":" + canonical


def test_without_a_key_for_the_domain_the_message_is_left_alone(key_file, settings):
    for domain in ("elsewhere.example", f"sub.{DOMAIN}", ""):
        assert dkim.sign(plain_message(), domain) == plain_message()
    settings.DKIM_KEYS = []
    assert dkim.sign(plain_message(), DOMAIN) == plain_message()


def test_a_domain_in_another_script_is_signed_for_as_it_travels(key_file, settings):
    settings.DKIM_KEYS = [f"münchen.example:a:{key_file}"]
    for domain in ("münchen.example", "MÜNCHEN.example", "xn--mnchen-3ya.example"):
        assert tags(dkim.sign(plain_message(), domain))["d"] == "xn--mnchen-3ya.example"


def test_a_key_that_is_gone_pauses_the_mailing_and_sends_nothing_unsigned(settings, tmp_path):
    settings.DKIM_KEYS = [f"{DOMAIN}:a:{tmp_path / 'none.pem'}"]
    with pytest.raises(TransientError, match="DKIM_KEYS") as caught:
        dkim.sign(plain_message(), DOMAIN)
    assert caught.value.pauses_mailing


def test_a_key_that_cannot_sign_is_said_at_the_start(settings, tmp_path, keys):
    def found(text, content=b""):
        (tmp_path / "key.pem").write_bytes(content)
        settings.DKIM_KEYS = [text.format(tmp_path / "key.pem")]
        dkim.load.cache_clear()
        return [(message.id, bool(message.hint)) for message in dkim_keys()]

    error = [("transport.E004", True)]
    assert found("platform.example:news", b"") == error
    assert found("not a domain:news:{}", pem_of(keys[2048])) == error
    assert found("platform.example:ne ws:{}", pem_of(keys[2048])) == error
    assert found("platform.example:news:/no/such/file.pem") == error
    assert found("platform.example:news:{}", b"nonsense") == error
    assert found("platform.example:news:{}", pem_of(ed25519.Ed25519PrivateKey.generate())) == error
    assert found("platform.example:news:{}", pem_of(keys[1024])) == [("transport.W001", True)]
    assert found("platform.example:news:{}", pem_of(keys[2048])) == []
    settings.DKIM_KEYS = []
    assert dkim_keys() == []


def test_a_key_below_1024_bits_is_refused(settings, tmp_path, monkeypatch, keys):
    monkeypatch.setattr(dkim, "SHORTEST_KEY", 1025)  # nothing makes shorter ones any more
    (tmp_path / "key.pem").write_bytes(pem_of(keys[1024]))
    settings.DKIM_KEYS = [f"{DOMAIN}:a:{tmp_path / 'key.pem'}"]
    (message,) = dkim_keys()
    assert (message.id, "1024 bits" in message.msg) == ("transport.E004", True)
