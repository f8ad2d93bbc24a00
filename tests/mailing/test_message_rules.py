"""Real messages at a real mail server keep every rule of docs/deliverability.md, in 24 languages."""

import os
import re
import shutil
import subprocess
from dataclasses import replace

import dkim as verifier
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone

from contacts.models import ContactList
from mailing import bell
from mailing.dispatch import sending
from mailing.dispatch.store import make_chunks
from mailing.models import Mailing
from mailing.verp import delivery_id_of
from tests.factories import ContactFactory, MailingContentFactory, MailingFactory, SenderFactory, UserFactory
from tests.letters import queue
from tests.mailing.issues.sample import put_blocks
from tests.mailing.message_rules import Expected, broken_rules
from tests.mailing.message_wounds import WOUNDS
from tests.mailing.rspamd import rspamd
from tests.processes import Catcher
from tests.transport.test_message_bytes import LANGUAGES
from transport.outbox import queue_mail, send_due

pytestmark = pytest.mark.django_db

SITE = "https://advocacy.platform.example"
HOSTS = frozenset({"advocacy.platform.example", "www.parliament.example"})
KINDS = ("letter", "newsletter", "issue", "system")
# No From, no Date, no Message-ID: no filter that is awake lets it pass.
SPAM = b"Subject: FREE\r\n\r\nFREE\r\n"
BODY = """<p>{{ salutation }}</p>
<h2>%s</h2>
<p>We ask you to support <a href="https://www.parliament.example/six-points?a=1&amp;b=2">the six points</a> & no less:
a right to <strong>compensation</strong>, “paid” in time – 3 &lt; 4, {{ name }} of {{ country }}.</p>
<ul><li>One: %s</li><li>Two</li></ul>
<p>{{ closing }}<br>{{ sender_person }}</p>"""


@pytest.fixture(autouse=True)
def calm(settings, monkeypatch):
    """No bells, no heartbeat within a test's own transaction; a site as in production."""
    monkeypatch.setattr(bell, "ring", lambda *arguments, **options: True)
    settings.LEASE_SECONDS = 30
    settings.SITE_URL = SITE


@pytest.fixture
def sink(settings):
    """A mail server that takes everything, behind the real SMTP client."""
    with Catcher() as catcher:
        settings.SMTP_URL = catcher.url
        yield catcher


@pytest.fixture(scope="module")
def key():
    """A DKIM key, made once."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def subject_of(language):
    """The sentence of a language; with a long one that has no space to fold at."""
    return LANGUAGES[language][1] + (" " + "ß" * 60 if language == "de" else "")


@pytest.fixture
def send(sink):
    """Sends a mailing of a kind to one reader of each language; gives what was caught, with what to expect of it."""

    def to_all(kind, languages=tuple(LANGUAGES), **sender):
        if kind == "system":
            return system_mail(sink, languages)
        now = timezone.now()
        mailing = MailingFactory(
            kind="newsletter" if kind == "issue" else kind,
            sender=SenderFactory(bounce_domain="returns.platform.example", place="Amsterdam", **sender),
            contact_list=None if kind == "letter" else make_list(),
            status=Mailing.Status.SENDING,
            approver=UserFactory(role="approver"),
            **dict.fromkeys(["approved_at", "frozen_at", "started_at"], now),
            matched=len(languages),
            recipients=len(languages),
        )
        expected = {}
        for language in languages:
            name, sentence = LANGUAGES[language]
            body = "" if kind == "issue" else BODY % (sentence, sentence)
            MailingContentFactory(
                mailing=mailing, language=language, subject=subject_of(language), body=body, preheader=sentence[:140]
            )
            contact = ContactFactory(given_name="", family_name=name)
            delivery = queue(mailing, contact, language, name=name, salutation=f"Dear {name},", country="IE")
            expected[contact.email] = letter_expected(mailing, delivery)
        if kind == "issue":
            put_blocks(mailing, {language: LANGUAGES[language][1] for language in languages})
        make_chunks(mailing.pk)
        assert sending.run(mailing.pk) == len(languages)
        everybody = frozenset(expected)
        return [
            (caught, replace(expected[caught.recipient], others=everybody - {caught.recipient}))
            for caught in sink.messages
        ]

    return to_all


def make_list():
    return ContactList.objects.get_or_create(name="Road Notes", defaults={"slug": "road-notes", "is_open": True})[0]


def letter_expected(mailing, delivery):
    return Expected(
        kind=mailing.kind,
        to=delivery.email,
        sender=mailing.sender.from_email,
        subject=subject_of(delivery.language),
        language=delivery.language,
        hosts=HOSTS,
        message_id=f"<{delivery.public_id}@platform.example>",
        reply_to=mailing.sender.reply_to,
        around=mailing.started_at,
    )


def system_mail(sink, languages):
    for language in languages:
        queue_mail(
            purpose="approval-asked",
            to=f"ilse.{language}@platform.example",
            language=language,
            context={"reference": "TST-2026-001", "title": LANGUAGES[language][1], "url": f"{SITE}/desk/"},
            dedupe_key=f"rules:{language}",
        )
    assert send_due() == len(languages)
    found = []
    for caught in sink.messages:
        language = caught.recipient.partition("@")[0].removeprefix("ilse.")
        found.append(
            (
                caught,
                Expected(
                    kind="system",
                    to=caught.recipient,
                    sender="desk@demarche.example",
                    subject=f"Please read: {LANGUAGES[language][1]} (TST-2026-001)",
                    language="en",
                    hosts=HOSTS,
                    others=frozenset(one.recipient for one in sink.messages) - {caught.recipient},
                    around=timezone.now(),
                ),
            )
        )
    return found


def broken(found):
    return {
        expected.language + " " + sentence
        for caught, expected in found
        for sentence in broken_rules(caught.envelope_from, caught.recipient, caught.data, expected)
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_in_every_language_keeps_every_rule(send, kind):
    found = send(kind)
    assert len(found) == len(LANGUAGES)
    assert broken(found) == set()


@pytest.mark.parametrize("kind", ["letter", "newsletter"])
def test_returned_mail_names_its_delivery(send, kind):
    for caught, expected in send(kind, ("en", "el")):
        assert f"<{delivery_id_of(caught.envelope_from)}@platform.example>" == expected.message_id


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_message_verifies_and_keeps_every_rule(send, settings, tmp_path, key, kind):
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "dkim.pem").write_bytes(private)
    settings.DKIM_KEYS = [f"{domain}:a:{tmp_path / 'dkim.pem'}" for domain in ("platform.example", "demarche.example")]
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])

    found = send(kind, ("en", "bg", "mt"))

    for caught, expected in found:
        asked = []
        assert verifier.verify(caught.data, dnsfunc=lambda name, timeout=5, asked=asked: asked.append(name) or record)
        assert asked == [f"a._domainkey.{expected.domain}.".encode()], "aligned with From"
        changed = caught.data.replace(b"\r\nFrom: ", b"\r\nFrom: else@attacker.example\r\nFrom: ", 1)
        assert not verifier.verify(changed, dnsfunc=lambda name, timeout=5: record)
        if kind == "newsletter":
            changed = caught.data.replace(b"<https://advocacy", b"<https://attacker", 1)
            assert not verifier.verify(changed, dnsfunc=lambda name, timeout=5: record)
    assert broken(found) == set()


def test_spamassassin_finds_nothing_to_complain_of(send, tmp_path, sink):
    program = shutil.which("spamassassin")
    if program is None:
        assert not os.environ.get("CI"), "SpamAssassin is missing; .ci/run installs it."
        pytest.skip("SpamAssassin is not installed: apt-get install spamassassin.")
    messages = {}
    for kind in KINDS:
        sink.messages.clear()
        for caught, expected in send(kind, ("en", "fr", "el")):
            messages[kind, expected.language, caught.recipient] = caught.data
    scores = dict(zip(messages, scores_of(program, list(messages.values()), tmp_path), strict=True))
    assert max(scores.values()) <= 1.0, scores


@pytest.mark.only_postgresql
def test_rspamd_finds_nothing_to_complain_of(send, sink):
    """Once is enough: it reads bytes, and knows no database."""
    program = shutil.which("rspamd")
    if program is None:
        assert not os.environ.get("CI"), "rspamd is missing; .ci/run installs it."
        pytest.skip("rspamd is not installed: apt-get install rspamd.")
    with rspamd(program) as server:
        spam = server.check(SPAM, sender="x@else.example", recipient="y@people.example")
        assert sum(spam.values()) > 1.0, "it is awake"
        for kind in KINDS:
            sink.messages.clear()
            for caught, expected in send(kind, ("en", "fr", "el")):
                found = server.check(caught.data, sender=caught.envelope_from, recipient=caught.recipient)
                assert sum(found.values()) <= 1.0, (kind, expected.language, found)


def scores_of(program, messages, home):
    """Each message's score, without network tests (-L) and without a person's own settings (-x)."""
    mailbox = b"".join(
        b"From sink Tue Nov 24 09:00:00 2026\n" + data.replace(b"\r\n", b"\n") + b"\n" for data in messages
    )
    command = [program, "-L", "-t", "-x", "--mbox"]
    environment = os.environ | {"HOME": str(home)}
    done = subprocess.run(command, input=mailbox, capture_output=True, check=True, timeout=300, env=environment)
    return [float(score) for score in re.findall(rb"(?m)^X-Spam-Status: .*?score=(-?[\d.]+)", done.stdout)]


@pytest.mark.parametrize("rule", sorted(WOUNDS))
def test_the_rules_notice_what_breaks_them(send, rule):
    (found,) = send("newsletter", ("en",))
    caught, expected = found
    expected = replace(expected, others=frozenset({"other@parliament.example"}))
    wounded = WOUNDS[rule](caught.data)
    assert wounded != caught.data
    sentences = broken_rules(caught.envelope_from, caught.recipient, wounded, expected)
    assert [sentence for sentence in sentences if sentence.startswith(rule)], sentences


def test_the_envelope_is_looked_at_too(send):
    ((caught, expected),) = send("newsletter", ("en",))
    assert broken_rules("bounce@elsewhere.example", caught.recipient, caught.data, expected) == [
        "7: the envelope's domain is not the sender's"
    ]
    assert broken_rules(caught.envelope_from, "else@parliament.example", caught.data, expected) == [
        "2: the envelope names somebody else"
    ]
