"""Somebody asks for a list: what is written, what is mailed, and that the answer never says whether we know them."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts import consent
from contacts.addresses import AddressError
from contacts.models import ConsentRecord, Contact, ContactList, ListText, SignUp, Subscription
from contacts.signing_up import sign_up
from tests.contacts.signing_up.conftest import STATES, address_that_is
from tests.factories import ContactFactory
from transport.models import SystemMail
from transport.outbox import message_bytes
from transport.wording import word

pytestmark = pytest.mark.django_db
FORM = {"language": "en", "website": ""}


def ask(letter, address, **given):
    sign_up(letter, address, **{"language": "en", "source": "page", "ip": "192.0.2.7"} | given)


def purposes(address):
    return list(SystemMail.objects.filter(to=address).values_list("purpose", flat=True))


@pytest.mark.parametrize(
    ("state", "purpose"),
    [
        ("unknown", "confirm-subscription"),
        ("known", "confirm-subscription"),
        ("unsubscribed", "confirm-subscription"),
        ("erased", "confirm-subscription"),
        ("subscribed", "already-subscribed"),
        ("complained", None),
        ("gone", None),
        ("objected", None),
    ],
)
def test_what_is_mailed_depends_on_what_we_know(letter, state, purpose):
    address = address_that_is(state, letter)
    ask(letter, address)
    assert purposes(address) == ([purpose] if purpose else [])
    assert SignUp.objects.count() == (purpose == "confirm-subscription")


def test_who_asks_is_no_contact_yet(letter):
    ask(letter, "new@readers.example")
    assert not Contact.objects.filter(email="new@readers.example").exists()
    assert not Subscription.objects.exists()
    assert not ConsentRecord.objects.exists()


def test_the_row_that_waits_holds_what_was_chosen_and_shown(letter, topics):
    ask(letter, "New@Readers.example", language="fr", source="embed", topics=[topics[0].pk])
    row = SignUp.objects.get()
    assert (row.email, row.language, row.source, row.topics) == ("New@readers.example", "fr", "embed", [topics[0].pk])
    assert row.shown.text == "Envoyez-moi la lettre une fois par mois."


def test_what_is_no_address_is_told_at_once(letter):
    with pytest.raises(AddressError):
        ask(letter, "nobody")
    assert not SystemMail.objects.exists()


@pytest.mark.parametrize("name", ["subscribe", "subscribe_embed"])
def test_every_state_gets_the_same_bytes(client, letter, name):
    ask(letter, address_that_is("pending", letter))
    arguments = ["en"] if name == "subscribe" else ["en", "network"]
    answers = set()
    for place, state in enumerate(STATES):
        address = "pending@readers.example" if state == "pending" else address_that_is(state, letter)
        answer = client.post(
            reverse(f"public:{name}", args=arguments),
            FORM | {"email": address},
            headers={"X-Request-ID": "the-same-for-all"},
            REMOTE_ADDR=f"198.51.100.{place}",
        )
        answers.add((answer.status_code, repr(sorted(answer.headers.items())), answer.content))
        followed = client.get(answer["Location"], headers={"X-Request-ID": "the-same-for-all"})
        answers.add((followed.status_code, repr(sorted(followed.headers.items())), followed.content))
    assert len(answers) == 2
    assert not client.cookies


def test_a_reader_with_a_session_gets_the_same_page_and_their_session_is_not_read(client, letter, officer):
    client.force_login(officer)
    answer = client.get(reverse("public:subscribe", args=["en"]))
    assert answer.status_code == 200
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies


def test_the_same_statements_run_for_every_state(letter):
    ask(letter, address_that_is("pending", letter))
    told = {}
    for place, state in enumerate(STATES):
        address = "pending@readers.example" if state == "pending" else address_that_is(state, letter)
        with CaptureQueriesContext(connection) as queries:
            ask(letter, address, ip=f"203.0.113.{place}")
        told[state] = [query["sql"].split()[0] for query in queries if "SAVEPOINT" not in query["sql"]]
    # Of an address that has had its turn one row is looked at again, where that of a new one is written.
    assert [verb for verb in told.pop("pending") if verb == "SELECT"] == [
        verb for verb in told["unknown"] if verb == "SELECT"
    ]
    assert set(map(tuple, told.values())) == {tuple(told["unknown"])}


def test_the_mail_holds_nothing_that_was_typed(letter):
    ask(letter, "visit.evil.example.now@readers.example", language="fr")
    mail = SystemMail.objects.get()
    text = message_bytes(mail).decode("ascii", "replace")
    head, _blank, body = text.partition("\r\n\r\n")
    assert "evil" not in body
    assert "evil" not in re.sub(r"(?im)^to: .*$", "", head)
    assert "evil" not in repr(mail.context)


def test_the_mail_is_in_the_language_that_was_chosen(letter):
    ask(letter, "new@readers.example", language="fr")
    mail = SystemMail.objects.get()
    assert mail.context["name"] == "Lettre du réseau"
    assert b"Content-Language: fr" in message_bytes(mail)


def test_a_machine_that_fills_in_the_hidden_field_gets_the_same_answer_and_no_mail(client, letter):
    sent = client.post(reverse("public:subscribe", args=["en"]), FORM | {"email": "a@readers.example"})
    caught = client.post(
        reverse("public:subscribe", args=["en"]), FORM | {"email": "b@readers.example", "website": "https://x.example"}
    )
    assert (sent.status_code, sent["Location"]) == (caught.status_code, caught["Location"])
    assert purposes("a@readers.example") == ["confirm-subscription"]
    assert purposes("b@readers.example") == []


def test_a_list_that_is_not_open_has_no_page(client, letter):
    letter.is_open = False
    letter.save()
    assert client.get(reverse("public:subscribe_list", args=["en", "network"])).status_code == 404
    answer = client.post(reverse("public:subscribe_list", args=["en", "network"]), FORM | {"email": "a@b.example"})
    assert answer.status_code == 404
    assert "no letter to subscribe to" in client.get(reverse("public:subscribe", args=["en"])).content.decode()


def test_several_lists_are_a_choice_and_each_has_its_page(client, letter):
    other = ContactList.objects.create(name="Press", slug="press", is_open=True)
    ListText.objects.create(contact_list=other, language="en", name="Notes for the press")
    choice = client.get(reverse("public:subscribe", args=["en"])).content.decode()
    assert reverse("public:subscribe_list", args=["en", "network"]) in choice
    assert reverse("public:subscribe_list", args=["en", "press"]) in choice
    assert "Notes for the press" in client.get(reverse("public:subscribe_list", args=["en", "press"])).content.decode()


def test_the_page_speaks_the_language_of_its_address(client, letter, topics):
    page = client.get(reverse("public:subscribe", args=["fr"])).content.decode()
    assert 'lang="fr"' in page
    assert "Lettre du réseau" in page
    assert "Envoyez-moi la lettre" in page
    assert "Nouvelles déclarations" in page
    german = client.get(reverse("public:subscribe", args=["de"])).content.decode()
    assert "Letter from the network" in german


@pytest.mark.parametrize("name", ["subscribe_embed", "subscribe_sent_embed"])
def test_pages_of_others_may_frame_the_form_and_no_cookie_is_set(client, letter, name):
    arguments = ["en", "network"] if name == "subscribe_embed" else ["en"]
    answer = client.get(reverse(f"public:{name}", args=arguments))
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    assert not answer.cookies
    assert "frame-ancestors 'none'" in client.get(reverse("public:subscribe", args=["en"]))["Content-Security-Policy"]


def test_a_form_that_another_site_pastes_needs_only_an_address(letter):
    answer = Client(enforce_csrf_checks=True).post(
        reverse("public:subscribe_list", args=["fr", "network"]),
        {"email": "new@readers.example", "from": "embed"},
        headers={"Origin": "https://other.example", "Referer": "https://other.example/"},
    )
    assert answer.status_code == 303
    row = SignUp.objects.get()
    assert (row.source, row.language) == ("embed", "fr")


@pytest.mark.parametrize(
    "address",
    ["", "ana.example.org", "a@b", "a" * 5000 + "@b.example", "a\0@b.example", "a@b.example\r\nBcc: c@d.example",
     "😀@b.example", "a@b.example, c@d.example", "<script>@b.example", "a@[127.0.0.1]"],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_is_no_address_gets_a_sentence(client, letter, address, lang):
    answer = client.post(reverse("public:subscribe", args=[lang]), FORM | {"email": address})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'aria-invalid="true"' in page
    assert "<script>@" not in page
    assert not SystemMail.objects.exists()
    assert not SignUp.objects.exists()


def test_an_international_domain_is_written_to_in_its_ascii_form(client, letter):
    client.post(reverse("public:subscribe", args=["en"]), FORM | {"email": "ana@münchen.example"})
    assert SystemMail.objects.count() == 1
    assert SignUp.objects.get().email == "ana@münchen.example"


@pytest.mark.parametrize(
    "given",
    [{"language": "xx"}, {"topics": ["abc", "-1", "9" * 40]}, {"shown": "9" * 40}, {"shown": "x"}, {"shown": "٣"}],
)
def test_fields_that_make_no_sense_break_nothing(client, letter, given):
    answer = client.post(reverse("public:subscribe", args=["en"]), FORM | {"email": "a@readers.example"} | given)
    assert answer.status_code == (422 if "language" in given else 303)


def test_the_wording_on_the_form_is_kept_though_it_changes_meanwhile(client, letter):
    shown = letter.wording_in("en")
    consent.set_wording(letter, "Send me the letter every week.", language="en")
    given = FORM | {"email": "a@readers.example", "shown": shown.pk}
    client.post(reverse("public:subscribe", args=["en"]), given)
    assert SignUp.objects.get().shown == shown


def test_the_page_and_the_answer_cost_the_same_however_many_people_there_are(client, letter, topics):
    for number in range(40):
        consent.confirm(ContactFactory(email=f"r{number}@readers.example"), letter, source="page")
    with CaptureQueriesContext(connection) as shown:
        client.get(reverse("public:subscribe", args=["en"]))
    assert len(shown) <= 6
    with CaptureQueriesContext(connection) as taken:
        client.post(reverse("public:subscribe", args=["en"]), FORM | {"email": "a@readers.example"})
    assert len([query for query in taken if "SAVEPOINT" not in query["sql"]]) <= 26


@pytest.mark.parametrize("purpose", ["confirm-subscription", "already-subscribed", "welcome"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_text_part_of_each_mail_reads_by_itself(purpose, language):
    url = "https://desk.example/c/12-0123456789abcdef.1vMqGv.AbC/"
    context = {"name": "Letter from the network", "frequency": "Once a month.", "until": "29 November", "url": url}
    words = word(purpose, language, context)
    lines = words.text.splitlines()
    assert url in lines
    assert any(line.endswith(f"/{language}/privacy/") for line in lines)
    assert all(len(line) <= 78 or line.startswith("http") for line in lines), max(lines, key=len)
    assert url in words.html
    assert f'lang="{language}"' in words.html
    assert "<img" not in words.html


def test_the_address_is_in_no_log(client, letter, caplog):
    with caplog.at_level("INFO"):
        client.post(reverse("public:subscribe", args=["en"]), FORM | {"email": "hidden@readers.example"})
        client.post(reverse("public:subscribe", args=["en"]), FORM | {"email": "hidden.twice@@readers.example"})
        client.get("/c/hidden-token/")
    assert "hidden" not in caplog.text
