"""Returned mail is fetched from a real IMAP server: stored first, once, whatever happens in between."""

import imaplib
import io
import socket
import threading

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from mailing import bell, collecting
from mailing.collecting import MailboxError, collect, read_url
from mailing.models import IncomingMail, Mailbox
from tests.mailing.coming_back import accepted_letter
from tests.mailing.imap_server import TLS, Dovecot, free_port, is_installed
from tests.patience import join_all
from tests.payloads import payload

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def imap_server():
    if not is_installed():
        pytest.skip("dovecot (Debian's dovecot-imapd) is not installed.")
    with Dovecot() as server:
        yield server


@pytest.fixture
def imap(imap_server, settings, monkeypatch):
    """The server with an empty folder, named in the settings."""
    with imap_server.session() as server:
        if int(server.select("INBOX")[1][0]):
            server.store("1:*", "+FLAGS", r"(\Deleted)")
            server.expunge()
    settings.INBOUND_IMAP_URL = imap_server.url()
    monkeypatch.setattr(bell, "ring_incoming", lambda: None)
    return imap_server


def message(number):
    return f"From: <a{number}@elsewhere.example>\r\nSubject: {number}\r\n\r\nhello {number}\r\n".encode()


def test_new_messages_are_stored_byte_for_byte_and_marked_as_read(imap):
    imap.deliver(message(1), message(2))
    assert collect() == 2
    assert [bytes(mail.raw) for mail in IncomingMail.objects.all()] == [message(1), message(2)]
    assert all(r"\Seen" in flags for flags in imap.flags())
    assert collect() == 0
    imap.deliver(message(3))
    assert collect() == 1
    assert Mailbox.objects.get().problem == ""


def test_what_a_person_has_already_opened_in_the_mailbox_is_collected_too(imap):
    imap.deliver(message(1))
    with imap.session() as server:
        server.select("INBOX")
        server.store("1", "+FLAGS", r"(\Seen)")
    assert collect() == 1


def test_a_bounce_comes_in_and_the_letter_is_bounced(imap):
    delivery = accepted_letter()
    imap.deliver(payload("postfix-unknown-user", delivery))
    told = io.StringIO()
    call_command("collect_mail", stdout=told)
    delivery.refresh_from_db()
    assert delivery.bounced_at
    assert told.getvalue() == "1 new, 1 handled.\n"


def test_a_crash_between_storing_and_marking_stores_nothing_twice(imap, monkeypatch):
    imap.deliver(message(1), message(2))
    real = imaplib.IMAP4.uid

    def dies(self, command, *arguments):
        if command == "STORE":
            raise KeyboardInterrupt
        return real(self, command, *arguments)

    monkeypatch.setattr(imaplib.IMAP4, "uid", dies)
    with pytest.raises(KeyboardInterrupt):
        collect()
    assert IncomingMail.objects.count() == 1
    monkeypatch.undo()
    assert collect() == 1
    assert IncomingMail.objects.count() == 2


def test_a_crash_before_storing_loses_nothing(imap, monkeypatch):
    imap.deliver(message(1))
    with monkeypatch.context() as patch:
        patch.setattr(collecting, "_store", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            collect()
    assert collect() == 1


def test_a_folder_that_was_made_anew_is_read_again_and_what_we_have_is_not_stored_twice(imap, settings):
    settings.INBOUND_IMAP_URL = imap.url(folder="Returned")
    with imap.session() as server:
        server.create("Returned")
    imap.deliver(message(1), message(2), folder="Returned")
    assert collect() == 2
    before = Mailbox.objects.get().uid_validity
    with imap.session() as server:
        server.delete("Returned")
        server.create("Returned")
    imap.deliver(message(2), message(4), folder="Returned")
    assert collect() == 1
    assert Mailbox.objects.get().uid_validity != before
    assert IncomingMail.objects.count() == 3
    with imap.session() as server:
        server.delete("Returned")


def test_of_a_giant_message_only_its_beginning_is_fetched(imap, monkeypatch):
    monkeypatch.setattr(collecting, "MOST_BYTES", 1000)
    imap.deliver(message(1) + b"x" * 50_000)
    assert collect() == 1
    assert len(bytes(IncomingMail.objects.get().raw)) == 1000


def test_two_collectors_at_once_do_the_work_of_one(imap):
    imap.deliver(message(1))
    box = Mailbox.objects.create(key=read_url(imap.url()).key, busy_until=timezone.now() + collecting.BUSY)
    assert collect() == 0
    box.busy_until = timezone.now()
    box.save()
    assert collect() == 1


def test_it_works_over_tls_with_a_trusted_certificate(imap, settings, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "ca.pem"))
    imap.deliver(message(1))
    for number, scheme in enumerate(["imaps", "imap+tls"]):
        settings.INBOUND_IMAP_URL = imap.url(scheme)
        assert collect() == 1 - number
        assert not Mailbox.objects.exclude(problem="").exists()


def test_a_certificate_that_nobody_vouches_for_is_refused(imap, settings):
    imap.deliver(message(1))
    settings.INBOUND_IMAP_URL = imap.url("imaps")
    assert collect() == 0
    assert "certificate" in Mailbox.objects.get().problem


def test_a_wrong_password_is_told_without_it(imap, settings, caplog):
    settings.INBOUND_IMAP_URL = imap.url(password="wrong-secret")
    assert collect() == 0
    assert Mailbox.objects.get().problem == "The mailbox refused the sign-in."
    assert "wrong-secret" not in caplog.text
    assert "bounces" not in caplog.text
    with pytest.raises(CommandError, match="refused the sign-in"):
        call_command("collect_mail")


def test_a_folder_that_is_not_there_is_told(imap, settings):
    settings.INBOUND_IMAP_URL = imap.url(folder="Nowhere")
    assert collect() == 0
    assert "cannot be opened" in Mailbox.objects.get().problem


def test_a_server_that_is_not_there_or_says_nothing_is_told_and_forgotten_when_it_is_back(imap, settings, monkeypatch):
    monkeypatch.setattr(collecting, "TIMEOUT", 0.3)
    settings.INBOUND_IMAP_URL = f"imap://a:b@localhost:{free_port()}/"
    assert collect() == 0
    assert "cannot be reached" in Mailbox.objects.get().problem
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.INBOUND_IMAP_URL = f"imap://a:b@127.0.0.1:{silent.getsockname()[1]}/"
        assert collect() == 0
    assert Mailbox.objects.filter(problem__contains="cannot be reached").count() == 2
    assert not Mailbox.objects.filter(busy_until__isnull=False).exists()


def test_a_server_that_talks_nonsense_is_told(settings, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        settings.INBOUND_IMAP_URL = f"imap://a:b@127.0.0.1:{server.getsockname()[1]}/"

        def talk():
            connection, _address = server.accept()
            connection.sendall(b"220 I am a mail server of another kind\r\n")
            connection.close()

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        assert collect() == 0
        join_all([thread], 5, "the server")
    assert Mailbox.objects.get().problem


def test_nothing_happens_where_no_mailbox_is_configured(settings):
    settings.INBOUND_IMAP_URL = ""
    assert collect() == 0
    assert not Mailbox.objects.exists()
    with pytest.raises(CommandError, match="not set"):
        call_command("collect_mail")


@pytest.mark.parametrize(
    "url",
    ["imaps://", "http://a:b@c.example/", "imaps://c.example/INBOX", "imap://a:b@mail.example/", "imaps://a:b@c:x/y",
     "imaps://a:secret@mail.example/Gel%C3%B6scht", "nothing"],
)  # fmt: skip
def test_an_address_that_cannot_be_read_is_refused_with_a_sentence_and_no_secret(url):
    with pytest.raises(MailboxError) as told:
        read_url(url)
    assert "secret" not in str(told.value)


def test_the_password_is_not_printed_with_the_rest():
    source = read_url("imaps://a%40b:s%3Acret@mail.example/Some%20folder/")
    assert (source.user, source.password, source.port, source.folder) == ("a@b", "s:cret", 993, "Some folder")
    assert "s:cret" not in repr(source)


def test_healthz_says_why_returned_mail_is_not_collected_and_no_secret(imap, settings, client):
    assert client.get("/healthz").json()["mailbox"] == "The mailbox has not been read for ten minutes."
    collect()
    assert client.get("/healthz").json()["mailbox"] == ""
    settings.INBOUND_IMAP_URL = imap.url(password="wrong-secret")
    collect()
    said = client.get("/healthz")
    assert said.json()["mailbox"] == "The mailbox refused the sign-in."
    assert b"wrong-secret" not in said.content
    settings.INBOUND_IMAP_URL = ""
    assert "mailbox" not in client.get("/healthz").json()
