"""Leaving a list: looking changes nothing, one POST is enough, and it can be undone."""

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from contacts import suppression
from contacts.models import ConsentRecord, ContactList, Subscription, Suppression
from mailing import bell, unsubscribe
from mailing.dispatch import sending
from mailing.models import Mailing
from tests.letters import letter_being_sent
from tests.mailing.transports import FakeTransport

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def news():
    return ContactList.objects.create(name="Road Notes")


@pytest.fixture
def delivery(news):
    """One reader's copy of an issue, with a confirmed subscription."""
    mailing = letter_being_sent(1, kind=Mailing.Kind.NEWSLETTER, contact_list=news)
    found = mailing.deliveries.get()
    Subscription.objects.create(contact=found.contact, contact_list=news, status="active", confirmed_at=timezone.now())
    return found


@pytest.fixture
def address(delivery):
    return path_of(delivery)


@pytest.fixture
def mail_program():
    """Posts like Gmail: no cookie, no CSRF token, and a CSRF check that is switched on."""
    return Client(enforce_csrf_checks=True)


def path_of(delivery):
    return f"/unsubscribe/{unsubscribe.token_for(delivery.public_id)}/"


def scopes():
    return list(Suppression.objects.values_list("scope", "reason"))


def status_of(delivery):
    return Subscription.objects.get(contact=delivery.contact).status


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(client, address, delivery, method):
    for path in (address, f"{address}undo/"):
        response = getattr(client, method)(path)
        assert (response.status_code, response.cookies) == (200, {})
    assert scopes() == []
    assert status_of(delivery) == "active"
    assert ConsentRecord.objects.count() == 0


def test_the_page_has_a_button_and_shows_whose_mail_it_is(client, address, delivery):
    page = client.get(address).content.decode()
    assert f'<form action="{address}" method="post"' in page
    assert "Road Notes" in page
    assert "c•••@parliament.example" in page
    assert delivery.email not in page
    assert "noindex" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    "body",
    [
        {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"},
        {"data": ONE_CLICK},
        {"data": "", "content_type": "application/x-www-form-urlencoded"},
        {"data": "no part at all", "content_type": "multipart/form-data; boundary=x"},
    ],
    ids=["urlencoded", "form-data", "empty", "broken"],
)
def test_one_click_of_a_mail_program_is_enough(mail_program, address, delivery, news, body):
    response = mail_program.post(address, **body)
    assert response.status_code == 200
    assert "Location" not in response.headers
    assert response.cookies == {}
    assert scopes() == [(f"list:{news.pk}", "objection")]
    assert status_of(delivery) == "unsubscribed"
    assert Subscription.objects.get().ended_by == "left"


def test_a_second_click_changes_nothing_more(mail_program, address, delivery):
    first = mail_program.post(address, ONE_CLICK).content
    when = Subscription.objects.get().unsubscribed_at
    assert mail_program.post(address, ONE_CLICK).content == first
    assert Subscription.objects.get().unsubscribed_at == when
    assert Suppression.objects.count() == 1
    assert ConsentRecord.objects.count() == 1
    assert delivery.events.filter(kind="unsubscribed").count() == 1


def test_the_proof_says_what_was_pressed_and_holds_no_address(mail_program, address, delivery, news):
    mail_program.post(address, ONE_CLICK)
    proof = ConsentRecord.objects.get()
    assert (proof.action, proof.contact, proof.contact_list) == ("unsubscribed", delivery.contact, news)
    assert proof.wording == "Unsubscribe: Road Notes"
    assert proof.source == f"link, {delivery.mailing.reference}"
    assert proof.email_digest == delivery.contact.email_digest


def test_it_can_be_undone_and_done_again(mail_program, address, delivery):
    left = mail_program.post(address, ONE_CLICK).content.decode()
    assert f'<form action="{address}undo/" method="post"' in left

    back = mail_program.post(f"{address}undo/")
    assert back.status_code == 200
    assert "You are back" in back.content.decode()
    assert scopes() == []
    assert status_of(delivery) == "active"
    assert Subscription.objects.get().confirmed_at
    assert Subscription.objects.get().ended_by == ""

    mail_program.post(address, ONE_CLICK)
    assert status_of(delivery) == "unsubscribed"
    assert [record.action for record in ConsentRecord.objects.order_by("id")] == [
        "unsubscribed",
        "undone",
        "unsubscribed",
    ]


def test_who_has_left_is_told_so_and_offered_the_way_back(client, address, delivery):
    unsubscribe.leave(delivery, source="link")
    page = client.get(address).content.decode()
    assert "You have left" in page
    assert "Undo" in page


def test_undo_lifts_nothing_that_stands_for_another_reason(mail_program, address, delivery, news):
    for scope, reason in (("all", "hard_bounce"), (f"list:{news.pk}", "complaint")):
        suppression.suppress(delivery.email, scope=scope, reason=reason)
    mail_program.post(f"{address}undo/")
    assert sorted(scopes()) == [("all", "hard_bounce"), (f"list:{news.pk}", "complaint")]


def test_undo_makes_nobody_a_subscriber_who_was_none(mail_program, address, delivery):
    Subscription.objects.update(status="pending", confirmed_at=None)
    mail_program.post(address, ONE_CLICK)
    mail_program.post(f"{address}undo/")
    assert status_of(delivery) == "pending"


def test_other_lists_and_letters_go_on(mail_program, address, delivery):
    mail_program.post(address, ONE_CLICK)
    for scope in ("letters", "list:999"):
        assert not Suppression.objects.of(scope).exists()


def test_a_mailing_without_a_list_is_left_for_all_our_letters(mail_program):
    delivery = letter_being_sent(1, kind=Mailing.Kind.NEWSLETTER).deliveries.get()
    assert mail_program.post(path_of(delivery), ONE_CLICK).status_code == 200
    assert scopes() == [("letters", "objection")]


def test_an_address_that_changed_since_is_covered_too(mail_program, address, delivery):
    old = delivery.email_digest
    contact = delivery.contact
    contact.email = "moved@parliament.example"
    contact.save()
    contact.refresh_from_db()
    mail_program.post(address, ONE_CLICK)
    assert set(Suppression.objects.values_list("email_digest", flat=True)) == {old, contact.email_digest}


def test_an_erased_recipient_gets_the_same_answer(mail_program, address, delivery):
    delivery.email = delivery.email_key = delivery.contact = None
    delivery.save()
    assert mail_program.get(address).status_code == 200
    assert mail_program.post(address, ONE_CLICK).status_code == 200
    assert scopes() == []


def forged(delivery):
    token = unsubscribe.token_for(delivery.public_id)
    other = "A" if token[0] != "A" else "B"
    return {
        "changed": other + token[1:],
        "cut short": token[:-1],
        "of another purpose": signing.Signer(salt="mailing.preferences", sep=".").sign(token.partition(".")[0]),
        "not ours": "x",
        "example": "example",
        "no letters": "é" * 66,
    }


@pytest.mark.parametrize("kind", ["changed", "cut short", "of another purpose", "not ours", "example", "no letters"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_token_that_is_not_ours_gets_a_sentence_and_does_nothing(client, delivery, kind, method):
    response = getattr(client, method)(f"/unsubscribe/{forged(delivery)[kind]}/")
    assert response.status_code == 404
    assert "Nothing was changed" in response.content.decode()
    assert scopes() == []


def test_a_token_outlives_a_change_of_the_secret_key(client, delivery, settings):
    address = path_of(delivery)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret key, another secret key, another secret key"
    assert client.get(address).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(address).status_code == 404


def test_a_token_is_one_of_djangos_own_signatures(delivery):
    token = unsubscribe.token_for(delivery.public_id)
    assert signing.Signer(salt=unsubscribe.SALT, sep=".").unsign(token) == token.partition(".")[0]


def test_a_mail_with_the_token_in_its_subject_does_the_same(delivery, news):
    token = unsubscribe.token_for(delivery.public_id)
    assert unsubscribe.leave_by_mail(f"Re: unsubscribe {token}")
    assert scopes() == [(f"list:{news.pk}", "objection")]
    assert not unsubscribe.leave_by_mail("unsubscribe me please")


def test_it_holds_before_the_next_message_is_handed_over(mail_program, news, settings, monkeypatch):
    settings.LEASE_SECONDS = 30  # no heartbeat within a test's own transaction
    monkeypatch.setattr(bell, "ring", lambda *arguments, **options: True)
    mailing = letter_being_sent(3, kind=Mailing.Kind.NEWSLETTER, contact_list=news)
    leaving = mailing.deliveries.order_by("id")[1]
    mail_program.post(path_of(leaving), ONE_CLICK)
    transport = FakeTransport()

    assert sending.run(mailing.pk, open_with=transport) == 2

    assert leaving.email not in transport.recipients
    leaving.refresh_from_db()
    assert (leaving.status, leaving.skip_reason) == ("skipped", "objected")


def test_other_methods_are_refused(client, address):
    for method in ("put", "delete", "patch", "options"):
        assert getattr(client, method)(address).status_code == 405


# Twelve, two around the transaction, one that holds everybody at the address, and two by which, of two clicks at once,
# one alone is told that it is new.
MOST_OF_A_CLICK = 12 + 2 + 1 + 2


@pytest.mark.parametrize("number", [10, 300])
def test_a_click_costs_few_queries(mail_program, news, number, django_assert_max_num_queries):
    mailing = letter_being_sent(number, kind=Mailing.Kind.NEWSLETTER, contact_list=news)
    found = list(mailing.deliveries.select_related("contact"))
    now = timezone.now()
    Subscription.objects.bulk_create(
        Subscription(contact=row.contact, contact_list=news, status="active", confirmed_at=now) for row in found
    )
    path = path_of(found[0])
    with django_assert_max_num_queries(6):
        mail_program.get(path)
    with django_assert_max_num_queries(MOST_OF_A_CLICK):
        mail_program.post(path, ONE_CLICK)
    assert Subscription.objects.filter(status="unsubscribed").count() == 1
    with django_assert_max_num_queries(12):
        mail_program.post(path, ONE_CLICK)
    with django_assert_max_num_queries(MOST_OF_A_CLICK):
        mail_program.post(f"{path}undo/")
