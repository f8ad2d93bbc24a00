"""The link in the confirmation mail: looking changes nothing, the button subscribes once, and the proof is kept."""

from datetime import timedelta

import pytest
import time_machine
from django.core.signing import TimestampSigner
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts import consent
from contacts.consent_story import consents
from contacts.erasure import erase
from contacts.models import ConsentRecord, Contact, SignUp, Subscription, Suppression
from contacts.retention import purge
from contacts.signing_up import LinkRefused, confirm, sign_up, token_of
from tests.contacts.signing_up.conftest import address_that_is
from tests.factories import ContactFactory
from transport.models import SystemMail
from transport.outbox import message_bytes

pytestmark = pytest.mark.django_db
ADDRESS = "nadia@readers.example"


def asked(letter, address=ADDRESS, **given):
    """A sign-up that waits, and the path of its link."""
    sign_up(letter, address, **{"language": "en", "source": "page"} | given)
    row = SignUp.objects.get(confirmed_at=None)
    return row, reverse("confirm_subscription", args=[token_of(row)])


def people():
    """Whoever has that address."""
    return Contact.objects.filter(email_key=ADDRESS)


def state():
    return (
        list(Subscription.objects.values_list()),
        list(ConsentRecord.objects.values_list()),
        list(Contact.objects.values_list("pk", "email")),
        list(SignUp.objects.values_list()),
        SystemMail.objects.count(),
    )


def test_looking_changes_nothing(client, letter):
    _row, path = asked(letter)
    before = state()
    for method in ("get", "head", "options", "put", "delete"):
        getattr(client, method)(path)
    assert state() == before
    page = client.get(path)
    assert page.status_code == 200
    assert "n•••@readers.example" in page.content.decode()
    assert ADDRESS not in page.content.decode()
    assert "<dd>English</dd>" in page.content.decode()


def test_the_link_in_the_mail_is_this_page(client, letter):
    _row, path = asked(letter)
    link = SystemMail.objects.get().context["url"]
    assert link.endswith(path)
    assert link.encode() in message_bytes(SystemMail.objects.get()).replace(b"=\r\n", b"").replace(b"=3D", b"=")


def test_the_button_subscribes_and_the_proof_tells_what_was_shown(letter, topics):
    row, path = asked(letter, language="fr", source="embed", topics=[topics[0].pk])
    shown = letter.wording_in("fr")
    consent.set_wording(letter, "Une nouvelle formule.", language="fr")
    answer = Client(enforce_csrf_checks=True).post(path, {"shown": shown.pk, "topics": [topics[1].pk]})
    assert answer.status_code == 200
    assert not answer.cookies
    person = people().get()
    assert (person.email, person.language, person.legal_basis) == (ADDRESS, "fr", "consent")
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.language, subscription.source) == ("active", "fr", "embed")
    assert list(subscription.topics.all()) == [topics[1]]
    proofs = list(ConsentRecord.objects.order_by("id"))
    assert [proof.action for proof in proofs] == ["asked", "confirmed"]
    for proof in proofs:
        assert proof.wording == "Envoyez-moi la lettre une fois par mois."
        assert (proof.wording_version, proof.wording_language) == (1, "fr")
    assert proofs[0].at == row.asked_at
    assert proofs[0].source == "form on another site, fr"
    assert [entry.title for entry in consents(person)] == ["Confirmed “Network”.", "Asked for “Network”."]


def test_the_address_waits_no_longer_than_it_must(client, letter):
    row, path = asked(letter)
    client.post(path)
    row.refresh_from_db()
    assert row.email == ""
    assert row.confirmed_at


def test_pressing_twice_is_pressing_once(client, letter):
    _row, path = asked(letter)
    assert client.post(path).status_code == 200
    before = state()
    again = client.post(path)
    assert again.status_code == 200
    assert "You are subscribed" in again.content.decode()
    assert "You are subscribed" in client.get(path).content.decode()
    assert state() == before
    assert list(SystemMail.objects.order_by("id").values_list("purpose", flat=True)) == [
        "confirm-subscription",
        "welcome",
    ]


def test_somebody_we_know_keeps_their_data(client, letter):
    person = ContactFactory(email=ADDRESS, given_name="Nadia", language="sl", legal_basis="legitimate_interest")
    _row, path = asked(letter, address="NADIA@readers.example", language="fr")
    client.post(path)
    person.refresh_from_db()
    assert people().count() == 1
    assert (person.email, person.language, person.legal_basis) == (ADDRESS, "sl", "legitimate_interest")
    assert person.subscriptions.get().language == "fr"


@pytest.mark.parametrize("before", ["unsubscribed", "erased"])
def test_who_left_or_was_erased_comes_back_by_their_own_word(client, letter, before):
    address = address_that_is(before, letter)
    _row, path = asked(letter, address=address)
    client.post(path)
    subscription = Subscription.objects.get(contact__email=address, status="active")
    assert (
        not Suppression.objects.of(f"list:{letter.pk}").filter(email_digest=subscription.contact.email_digest).exists()
    )
    assert (subscription.ended_by, subscription.unsubscribed_at) == ("", None)


def test_a_link_that_was_used_does_not_bring_back_who_has_left(client, letter):
    _row, path = asked(letter)
    client.post(path)
    consent.leave(people().get(), letter, source="link")
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 410
        assert "used already" in answer.content.decode()
    assert Subscription.objects.get().status == "unsubscribed"


def test_a_link_ends_after_seven_days_and_the_address_with_it(client, letter):
    _row, path = asked(letter)
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23), tick=False):
        assert client.get(path).status_code == 200
        assert purge()["sign-ups"] == 0
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        assert client.get(path).status_code == 410
        assert client.post(path).status_code == 410
        assert purge()["sign-ups"] == 1
    assert not SignUp.objects.exists()
    assert not people().exists()
    assert client.get(path).status_code == 410


@pytest.mark.parametrize(
    "token",
    ["x", "1-abc.1.2", "a" * 4000, "%00", "%F0%9F%98%80", "1-.1vMqGv.AAAA", "..", "1%0d%0aSet-Cookie:x", "٣-a.b.c"],
)
def test_a_token_we_did_not_make_is_a_page_and_404(client, letter, token):
    for method in (client.get, client.post):
        answer = method(f"/c/{token}/")
        assert answer.status_code == 404
        assert "<h1>" in answer.content.decode()


def test_a_token_of_another_purpose_or_another_row_confirms_nothing(letter):
    row, _path = asked(letter)
    for token in (
        TimestampSigner(salt="other", sep=".").sign(f"{row.pk}-{row.email_digest[:16]}"),
        TimestampSigner(salt="contacts.signing_up", sep=".").sign(f"{row.pk}-{'0' * 16}"),
        token_of(row)[:-1],
    ):
        with pytest.raises(LinkRefused):
            confirm(token)
    assert not Subscription.objects.exists()


def test_topics_that_are_closed_or_of_another_list_are_left_out(client, letter, topics):
    topics[0].is_open = False
    topics[0].save()
    _row, path = asked(letter, topics=[topics[0].pk])
    assert "New statements" not in client.get(path).content.decode()
    client.post(path, {"topics": [topics[0].pk, topics[1].pk, 10**12, "x"]})
    assert list(Subscription.objects.get().topics.all()) == [topics[1]]


def test_topics_of_the_form_stand_ticked_on_the_page(client, letter, topics):
    _row, path = asked(letter, topics=[topics[1].pk])
    page = client.get(path).content.decode()
    assert f'value="{topics[1].pk}" checked' in page
    assert f'value="{topics[0].pk}" checked' not in page


def test_the_page_is_kept_nowhere(client, letter):
    _row, path = asked(letter)
    answer = client.get(path)
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert not answer.cookies


def test_an_erased_person_leaves_no_sign_up_behind(client, letter):
    _row, path = asked(letter)
    client.post(path)
    erase(people().get(), actor=None, reason="asked")
    assert not SignUp.objects.exists()
    assert client.post(path).status_code == 410


def test_two_lists_are_two_sign_ups_and_one_contact(client, letter):
    other = type(letter).objects.create(name="Press", slug="press", is_open=True)
    _row, first = asked(letter)
    client.post(first)
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        _row, second = asked(other)
        client.post(second)
    assert people().count() == 1
    assert Subscription.objects.filter(status="active").count() == 2
