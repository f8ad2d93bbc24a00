"""TLS, sign-in and the server's URL: what is wrong there pauses the mailing and blames no recipient."""

import socket
import ssl
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.transport.conftest import hand_over
from tests.transport.scripted_smtp import ScriptedSMTP
from transport.connection import read_url
from transport.errors import Phase, TransientError
from transport.smtp import SMTPTransport

TLS = Path(__file__).parent / "tls"
PASSWORD = "correct horse / @ battery"


class Keep:
    def __init__(self):
        self.messages = []

    async def handle_DATA(self, server, session, envelope):
        self.messages.append((envelope.rcpt_tos, bool(session.ssl), bool(session.authenticated)))
        return "250 2.0.0 Ok"


def check_password(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"desk", PASSWORD.encode())
    return AuthResult(success=good, handled=False) if not good else AuthResult(success=True)


@pytest.fixture
def trusted(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "ca.pem"))


@pytest.fixture
def sink():
    """A function that starts an aiosmtpd server; gives its port and its handler."""
    running = []

    def start(*, smtps=False, certificate="server.pem", **options):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(TLS / certificate)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        handler = Keep()
        if smtps:
            options["ssl_context"] = context
        else:
            options["tls_context"] = context
        controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return port, handler

    yield start
    for controller in running:
        controller.stop()


def send_to(url):
    with SMTPTransport(url, data_timeout=5) as client:
        return hand_over(client, "ana@parliament.example")


def test_starttls_is_used_and_the_certificate_is_checked(sink, trusted):
    port, handler = sink(require_starttls=True)
    assert send_to(f"smtp+tls://localhost:{port}").code == "250"
    assert handler.messages == [(["ana@parliament.example"], True, False)]


def test_smtps_speaks_tls_from_the_first_byte(sink, trusted):
    port, handler = sink(smtps=True)
    with SMTPTransport(f"smtps://localhost:{port}", data_timeout=5) as client:
        hand_over(client, "ana@parliament.example")
        hand_over(client, "boris@parliament.example")
    assert [to for to, _starttls, _signed_in in handler.messages] == [
        ["ana@parliament.example"],
        ["boris@parliament.example"],
    ]


@pytest.mark.parametrize(("scheme", "phase"), [("smtp+tls", Phase.STARTTLS), ("smtps", Phase.CONNECT)])
def test_an_untrusted_certificate_pauses_the_mailing(sink, scheme, phase):
    port, handler = sink(smtps=scheme == "smtps")
    with pytest.raises(TransientError, match="not trusted") as caught:
        send_to(f"{scheme}://localhost:{port}")
    assert (caught.value.pauses_mailing, caught.value.phase) == (True, phase)
    assert handler.messages == []


def test_a_certificate_for_another_host_pauses_the_mailing(sink, trusted):
    port, _handler = sink(certificate="other.pem")
    with pytest.raises(TransientError, match="not trusted") as caught:
        send_to(f"smtp+tls://localhost:{port}")
    assert caught.value.pauses_mailing


def test_mail_is_not_sent_in_the_clear_where_starttls_is_required():
    with ScriptedSMTP() as server, pytest.raises(TransientError, match="does not offer STARTTLS") as caught:
        send_to(server.url.replace("smtp://", "smtp+tls://"))
    assert caught.value.pauses_mailing
    assert not any(command.startswith("MAIL") for command in server.commands)


def test_a_server_that_speaks_no_tls_pauses_the_mailing():
    with ScriptedSMTP() as server, pytest.raises(TransientError, match="secure connection") as caught:
        send_to(server.url.replace("smtp://", "smtps://"))
    assert caught.value.pauses_mailing


def test_a_password_signs_in(sink, trusted):
    port, handler = sink(authenticator=check_password, auth_required=True)
    send_to(f"smtp+tls://desk:correct%20horse%20%2F%20%40%20battery@localhost:{port}")
    assert handler.messages[0][2] is True


def test_a_wrong_password_pauses_the_mailing_and_is_nowhere_in_the_error(sink, trusted):
    port, _handler = sink(authenticator=check_password, auth_required=True)
    with pytest.raises(TransientError) as caught:
        send_to(f"smtp+tls://desk:wrong-password@localhost:{port}")
    error = caught.value
    assert (error.pauses_mailing, error.code, error.phase) == (True, "535", Phase.AUTH)
    assert "wrong-password" not in f"{error!r} {error.detail} {error.__cause__!r} {error.__suppress_context__}"


def test_a_server_that_wants_a_sign_in_we_do_not_have_pauses_the_mailing(sink, trusted):
    port, _handler = sink(authenticator=check_password, auth_required=True)
    with pytest.raises(TransientError) as caught:
        send_to(f"smtp+tls://localhost:{port}")
    assert (caught.value.pauses_mailing, caught.value.code, caught.value.phase) == (True, "530", Phase.MAIL)


def test_a_server_that_offers_no_sign_in_pauses_the_mailing():
    with ScriptedSMTP() as server, pytest.raises(TransientError, match="no way to sign in") as caught:
        send_to(server.url.replace("smtp://", "smtp://desk:secret@"))
    assert caught.value.pauses_mailing


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_a_server_that_cannot_be_reached_pauses_the_mailing(host):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(TransientError, match="cannot be reached") as caught:
        send_to(f"smtp://{host}:{port}")
    assert (caught.value.pauses_mailing, caught.value.phase) == (True, Phase.CONNECT)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://mail.example", "must start with"),
        ("smtp://", "names no host"),
        ("smtp://mail.example:port", "cannot be read"),
        ("smtp://desk:secret@mail.example", "can be read on the way"),
    ],
)
def test_a_wrong_url_is_refused_with_a_sentence_without_the_password(url, words):
    with pytest.raises(ValueError, match=words) as caught:
        read_url(url)
    assert "secret" not in str(caught.value)


def test_the_usual_ports_are_known():
    assert [read_url(f"{scheme}://mail.example").port for scheme in ("smtp", "smtp+tls", "smtps")] == [25, 587, 465]
