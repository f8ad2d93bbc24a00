"""RFC 8058 on the bytes that arrive, and at the address in them: headers, signature, and the POST of a mail program."""

import email
import http.client
import re
from email.policy import SMTP
from urllib.parse import urlsplit

import dkim as verifier
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from contacts import consent
from contacts.models import ConsentRecord, ContactList, Subscription, Suppression
from mailing import bell, unsubscribe
from mailing.dispatch import sending
from mailing.models import DeliveryEvent, Mailing
from tests.letters import in_one_chunk, letter_being_sent, queue
from tests.processes import Catcher

pytestmark = pytest.mark.django_db(transaction=True)

SITE = "https://advocacy.platform.example"
HEADERS = ("List-Unsubscribe", "List-Unsubscribe-Post")
URLENCODED = ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click")
MULTIPART = (
    "multipart/form-data; boundary=----gmail",
    b'------gmail\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n------gmail--\r\n',
)


@pytest.fixture
def key(settings, tmp_path):
    """The key with which our own signer signs for the sender's domain; gives the DNS record to verify with."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "dkim.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file.write_bytes(made.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    settings.DKIM_KEYS = [f"platform.example:news:{file}"]
    public = made.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])


@pytest.fixture
def issue(settings, monkeypatch):
    """An issue that is being sent to three subscribers."""
    monkeypatch.setattr(bell, "ring", lambda *arguments, **options: True)
    settings.LEASE_SECONDS = 30
    settings.SITE_URL = SITE
    news = ContactList.objects.create(name="Road Notes")
    mailing = letter_being_sent(3, kind=Mailing.Kind.NEWSLETTER, contact_list=news)
    for delivery in mailing.deliveries.all():
        consent.confirm(delivery.contact, news, source="page")
    return mailing


@pytest.fixture
def arrived(issue, settings, key):
    """What a real mail server caught, recipient by recipient."""
    with Catcher() as sink:
        settings.SMTP_URL = sink.url
        assert sending.run(issue.pk) == 3
        return {caught.recipient: caught.data for caught in sink.messages}


def is_valid(raw, record):
    return verifier.verify(raw, dnsfunc=lambda name, timeout=5: record)


def address_in(raw):
    """The HTTPS address a mail program takes from the header."""
    return re.search(r"<(https://[^>]+)>", email.message_from_bytes(raw, policy=SMTP)["List-Unsubscribe"])[1]


def test_both_headers_arrive_once_and_the_address_is_https(arrived):
    assert len(arrived) == 3
    addresses = set()
    for raw in arrived.values():
        message = email.message_from_bytes(raw, policy=SMTP)
        for name in HEADERS:
            assert len(message.get_all(name)) == 1, name
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert re.search(r"<mailto:[^>]+>", message["List-Unsubscribe"])
        addresses.add(address_in(raw))
    assert len(addresses) == 3
    assert all(address.startswith(f"{SITE}/u/") for address in addresses)


def test_the_signature_covers_both_and_breaks_when_one_is_touched(arrived, key):
    for raw in arrived.values():
        assert is_valid(raw, key)
        signed = re.search(r"\bh=([^;]+);", email.message_from_bytes(raw, policy=SMTP)["DKIM-Signature"])[1]
        names = [name.strip().lower() for name in signed.split(":")]
        for name in HEADERS:
            # Once more than it occurs, so that none can be added (RFC 6376 8.15).
            assert names.count(name.lower()) == 2
            assert not is_valid(raw.replace(f"\r\n{name}: ".encode(), f"\r\n{name}: x".encode(), 1), key)
            assert not is_valid(raw.replace(f"\r\n{name}: ".encode(), f"\r\nX-{name}: ".encode(), 1), key)
            assert not is_valid(f"{name}: <https://evil.example/>\r\n".encode() + raw, key)


def post(live_server, address, body, **headers):
    """One POST by hand: no cookie, no Referer, no redirect that is followed; gives status, headers and body."""
    media_type, content = body
    host = urlsplit(live_server.url)
    connection = http.client.HTTPConnection(host.hostname, host.port, timeout=30)
    try:
        connection.request("POST", urlsplit(address).path, content, {"Content-Type": media_type, **headers})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def look(live_server, address, method):
    host = urlsplit(live_server.url)
    connection = http.client.HTTPConnection(host.hostname, host.port, timeout=30)
    try:
        connection.request(method, urlsplit(address).path)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize("body", [URLENCODED, MULTIPART], ids=["urlencoded", "form-data"])
def test_the_post_of_a_mail_program_leaves_once_and_for_all(arrived, live_server, body):
    recipient, raw = next(iter(arrived.items()))
    address = address_in(raw)
    for method in ("HEAD", "GET", "OPTIONS"):
        look(live_server, address, method)
    assert not Suppression.objects.exists()
    contents = set()
    for _time in range(2):
        status, headers, content = post(live_server, address, body)
        assert status == 200
        assert "Location" not in headers
        assert "Set-Cookie" not in headers
        contents.add(content)
    assert len(contents) == 1
    gone = Subscription.objects.get(contact__email=recipient)
    assert (gone.status, gone.ended_by) == ("unsubscribed", "left")
    assert Suppression.objects.count() == ConsentRecord.objects.filter(action="unsubscribed").count() == 1
    assert DeliveryEvent.objects.filter(kind="unsubscribed").count() == 1
    assert Subscription.objects.filter(status="active").count() == 2


@pytest.mark.parametrize("body", [URLENCODED, MULTIPART], ids=["urlencoded", "form-data"])
def test_a_token_that_was_changed_is_answered_with_a_sentence(arrived, live_server, body):
    address = address_in(next(iter(arrived.values())))
    changed = address[:-2] + ("A" if address[-2] != "A" else "B") + "/"
    status, headers, content = post(live_server, changed, body)
    assert status == 404
    assert b"This link is not complete" in content
    assert "Set-Cookie" not in headers
    assert not Suppression.objects.exists()


def test_who_leaves_while_an_issue_is_being_sent_is_not_written_to(issue, settings, live_server):
    """The address of an earlier issue, posted when the mail server takes the first message of thirty."""
    last = issue.deliveries.order_by("id").last()
    address = unsubscribe.address_of(unsubscribe.token_for(last.public_id))
    long_issue = letter_being_sent(29, kind=Mailing.Kind.NEWSLETTER, contact_list=issue.contact_list)
    queue(long_issue, last.contact)
    in_one_chunk(long_issue)
    with Catcher() as sink:
        settings.SMTP_URL = sink.url
        answers = []

        def leave_then(recipient):
            if not answers:
                answers.append(post(live_server, address, URLENCODED)[0])

        sink.on_data = leave_then
        assert sending.run(long_issue.pk) == 29
        assert answers == [200]
        assert last.email not in {caught.recipient for caught in sink.messages}
    assert Subscription.objects.get(contact=last.contact).status == "unsubscribed"
    assert long_issue.deliveries.exclude(status="sent").get().contact == last.contact
