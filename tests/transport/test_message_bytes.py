"""The bytes of a message: 7 bits, CRLF, short lines, one of each header, and everything comes back as it went in."""

import email
import email.header
import email.policy
import quopri
import socket
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transport.delivery import refuse_unsafe_bytes
from transport.message import MessageError, build_message, quoted_printable

# One invented name and one sentence for each official EU language, chosen for their letters.
LANGUAGES = {
    "bg": ("Щерю Йорданов-Цветков", "Жертвите имат право на обезщетение"),
    "cs": ("Žofie Říhová", "Příliš žluťoučký kůň úpěl ďábelské ódy"),
    "da": ("Søren Ærø Åkjær", "Ofre har ret til erstatning på lige vilkår"),
    "de": ("Jörg Weiß-Übelhör", "Entschädigung für Betroffene von Menschenhandel"),
    "el": ("Ευφροσύνη Ζαχαράκη", "Τα θύματα έχουν δικαίωμα αποζημίωσης"),
    "en": ('Aoife O\'Brien, "Wee" (MEP)', "Compensation is a right – not a favour"),
    "es": ("Íñigo Muñoz Güell", "¿Quién indemniza a las víctimas?"),
    "et": ("Õie Ülemäe", "Ohvritel on õigus hüvitisele"),
    "fi": ("Väinö Öhman", "Uhreilla on oikeus korvaukseen"),
    "fr": ("Zoé Lœuvre-Çelik", "L’indemnisation des victimes : un droit"),
    "ga": ("Éabha Ní Dhálaigh", "Tá íospartaigh i dteideal cúitimh"),
    "hr": ("Željka Šćepanović-Đurđić", "Žrtve imaju pravo na naknadu štete"),
    "hu": ("Őrsi Tűzkő Ágnes", "Az áldozatoknak jár a kártérítés: árvíztűrő tükörfúrógép"),
    "it": ("Nicolò D’Alò", "Perché il risarcimento è un diritto"),
    "lt": ("Ąžuolė Čiūžaitė", "Aukos turi teisę į žalos atlyginimą"),
    "lv": ("Ģirts Ķēniņš", "Cietušajiem ir tiesības uz kompensāciju"),
    "mt": ("Ġorġ Ċaħħaq", "Il-vittmi għandhom dritt għal kumpens"),
    "nl": ("Loïs van ’t Ĳssel", "Slachtoffers hebben recht op schadevergoeding"),
    "pl": ("Łucja Gżegżółka-Źdźbło", "Zażółć gęślą jaźń"),
    "pt": ("João Conceição", "A indemnização é um direito das vítimas"),
    "ro": ("Ștefăniță Țurcanu", "Victimele au dreptul la despăgubiri"),
    "sk": ("Ľubomír Ťažký", "Obete majú právo na odškodnenie"),
    "sl": ("Živa Čšž", "Žrtve imajo pravico do odškodnine"),
    "sv": ("Åsa Öberg", "Offer har rätt till ersättning"),
}
DATE = datetime(2026, 11, 24, 9, 0, tzinfo=timezone(timedelta(hours=1)))


def build(**changes):
    parts = {
        "sender": ("Test Platform", "advocacy@platform.example"),
        "to": ("Ana Novak", "ana@parliament.example"),
        "reply_to": "officer@platform.example",
        "subject": "Compensation",
        "text": "Dear Ms Novak,\n",
        "html": "<p>Dear Ms Novak,</p>\n",
        "message_id": "0198c0de@platform.example",
        "headers": {"Content-Language": "en"},
        "date": DATE,
    }
    return build_message(**(parts | changes))


def read(message):
    return email.message_from_bytes(message, policy=email.policy.default)


def must_travel(message):
    refuse_unsafe_bytes(message)
    assert max(map(len, message.split(b"\r\n"))) <= 76
    head = message.split(b"\r\n\r\n")[0].decode("ascii")
    names = [line.split(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]
    for name in ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version"]:
        assert names.count(name) == 1, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_and_texts_of_every_eu_language_come_back_as_they_went_in(language):
    name, sentence = LANGUAGES[language]
    message = build(
        sender=(name, "advocacy@platform.example"),
        to=(name, "ana@parliament.example"),
        subject=sentence,
        text=sentence + "\n",
        html=f"<p>{sentence}</p>\n",
        headers={"Content-Language": language},
    )
    must_travel(message)
    found = read(message)
    assert found["Subject"] == sentence
    assert [found[field].addresses[0].display_name for field in ("From", "To")] == [name, name]
    assert found["From"].addresses[0].addr_spec == "advocacy@platform.example"
    assert len(found["To"].addresses) == 1
    assert found.get_body(("plain",)).get_content() == sentence + "\r\n"
    assert found.get_body(("html",)).get_content() == f"<p>{sentence}</p>\r\n"
    assert found["Content-Language"] == language


@pytest.mark.parametrize(
    "subject",
    [
        "x" * 300,
        "Ω" * 300,
        "🦋👩🏽‍⚖️ Compensation 🇪🇺" * 8,
        "=?utf-8?q?not_a_word?=",
        "two  spaces and a word " + "y" * 80,
        "word " * 59 + "end",
        "Re: Fwd: [A] a, b; c <d@e.example> (f) \"g\" 'h' 100% =20",
        "1",
        "Жертвите имат право " * 12 + "край",
    ],
)
def test_an_awkward_subject_folds_and_comes_back(subject):
    message = build(subject=subject)
    must_travel(message)
    assert read(message)["Subject"] == subject


def test_a_long_ascii_subject_is_folded_at_its_spaces_and_stays_readable():
    message = build(subject="Compensation for victims of trafficking: six points before the vote on 9 December 2026")
    assert b"Subject: Compensation for victims of trafficking: six points before the vote\r\n on 9" in message


@settings(max_examples=300)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200))
def test_any_subject_comes_back(subject):
    message = build(subject=subject)
    must_travel(message)
    raw = email.message_from_bytes(message, policy=email.policy.compat32)["Subject"]
    decoded = str(email.header.make_header(email.header.decode_header(raw)))
    assert decoded.replace("\r\n", "") == subject


@settings(max_examples=300)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=400))
def test_any_text_comes_back_with_its_line_breaks_as_crlf(text):
    encoded = quoted_printable(text)
    assert encoded.isascii()
    assert max(map(len, encoded.split(b"\r\n"))) <= 76
    normalised = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
    assert quopri.decodestring(encoded).replace(b"\r\n", b"\n").decode() == normalised


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), min_size=1, max_size=120))
def test_any_name_leaves_one_mailbox(name):
    message = build(to=(name, "ana@parliament.example"))
    must_travel(message)
    (address,) = read(message)["To"].addresses
    assert address.addr_spec == "ana@parliament.example"


def test_a_name_that_looks_like_a_second_address_stays_a_name():
    found = read(build(sender=('Ana", <evil@x.example>, "', "advocacy@platform.example")))
    assert [address.addr_spec for address in found["From"].addresses] == ["advocacy@platform.example"]


def test_a_mailbox_may_be_written_in_one_piece():
    found = read(build(sender='"Platform, Test" <advocacy@platform.example>', to="Ana <ana@parliament.example>"))
    assert found["From"].addresses[0].display_name == "Platform, Test"
    assert found["To"].addresses[0].display_name == "Ana"


def test_text_comes_first_and_html_last():
    found = read(build())
    assert found.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]


def test_a_message_without_html_is_one_plain_part():
    message = build(html="")
    must_travel(message)
    assert read(message).get_content_type() == "text/plain"


def test_the_date_is_written_in_utc_and_the_message_id_is_ours():
    message = build()
    assert b"\r\nDate: Tue, 24 Nov 2026 08:00:00 +0000\r\n" in message
    assert b"\r\nMessage-ID: <0198c0de@platform.example>\r\n" in message


def test_equal_parts_give_equal_bytes():
    assert build() == build()
    assert build(message_id="<0198c0de@platform.example>") == build()


def test_further_headers_keep_their_order_and_fold_at_spaces_only():
    links = "<https://desk.example/u/" + "t" * 60 + "/>, <mailto:leave@platform.example?subject=leave>"
    message = build(headers={"List-Unsubscribe": links, "Auto-Submitted": "auto-generated"})
    assert read(message)["List-Unsubscribe"] == links
    assert message.index(b"List-Unsubscribe") < message.index(b"Auto-Submitted")
    assert b"=?utf-8" not in message


def test_an_idn_domain_is_written_as_its_a_label():
    assert b"<ana@xn--mnchen-3ya.example>" in build(to=("Ana", "ana@münchen.example"))


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "a\r\nBcc: everybody@platform.example"},
        {"subject": "a\nb"},
        {"subject": "a\0b"},
        {"sender": ("a\r\nb", "advocacy@platform.example")},
        {"to": "ana@parliament.example\r\nBcc: x@platform.example"},
        {"to": "ana@parliament.example, boris@parliament.example"},
        {"to": "ána@parliament.example"},
        {"to": ""},
        {"reply_to": "not an address"},
        {"headers": {"X-A": "a\r\nb"}},
        {"headers": {"X-A\r\nBcc: x": "a"}},
        {"headers": {"X A": "a"}},
        {"headers": {"subject": "a second one"}},
        {"headers": {"X-A": "a", "x-a": "b"}},
        {"message_id": "no-domain"},
        {"message_id": "a@b\r\nX: y"},
        {"date": datetime(2026, 11, 24)},
        {"text": "a\0b"},
        {"html": "\ud800"},
        {"subject": "\ud800"},
    ],
    ids=str,
)
def test_parts_that_make_no_message_are_refused_with_a_reason(changes):
    with pytest.raises(MessageError) as caught:
        build(**changes)
    assert str(caught.value).endswith(".")
    assert "parliament.example" not in str(caught.value)


def test_nothing_in_the_message_names_this_machine():
    message = build().lower()
    assert socket.gethostname().encode().lower() not in message
    assert b"x-mailer" not in message
