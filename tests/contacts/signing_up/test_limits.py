"""Nobody can flood a mailbox, a client has five turns an hour, and all limits are rows that do not grow."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.visitors import client_address
from contacts.models import SignUp, Turn
from contacts.retention import purge
from contacts.signing_up import sign_up
from contacts.turns import breaker_is_open
from tests.contacts.signing_up.conftest import STATES, address_that_is
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


def ask(letter, address, ip="192.0.2.7"):
    sign_up(letter, address, language="en", source="page", ip=ip)


def rows():
    return SystemMail.objects.count(), SignUp.objects.count(), Turn.objects.count()


@pytest.mark.parametrize(
    ("state", "times"), [("unknown", 1000), ("subscribed", 100), ("unsubscribed", 100), ("complained", 100)]
)
def test_a_thousand_sign_ups_of_one_address_are_one_mail_and_nothing_grows(letter, state, times):
    address = address_that_is(state, letter)
    for number in range(times):
        ask(letter, address, ip=f"10.0.{number % 4}.1")
    mails = 0 if state == "complained" else 1
    assert SystemMail.objects.filter(to=address).count() == mails
    assert SignUp.objects.count() == (state not in ("subscribed", "complained"))
    # One row for the address, one for everybody, four for the clients.
    assert Turn.objects.count() == (6 if mails else 4)


def test_a_thousand_sign_ups_from_one_client_are_five_mails_and_nothing_grows(client, letter):
    for number in range(1000):
        answer = client.post(
            reverse("public:subscribe", args=["en"]),
            {"email": f"a{number}@readers.example", "language": "en"},
            REMOTE_ADDR="192.0.2.7",
        )
        assert answer.status_code == 303
    mails, waiting, turns = rows()
    assert (mails, waiting) == (5, 5)
    assert turns == 7


def test_every_state_uses_up_the_same_turn_of_a_client(letter):
    for state in [state for state in STATES if state != "pending"][:5]:
        ask(letter, address_that_is(state, letter))
    ask(letter, "sixth@readers.example")
    assert not SystemMail.objects.filter(to="sixth@readers.example").exists()


def test_a_client_may_go_on_after_an_hour_and_an_address_after_a_day(letter):
    for number in range(6):
        ask(letter, f"a{number}@readers.example")
    assert SystemMail.objects.count() == 5
    with time_machine.travel(timezone.now() + timedelta(minutes=59)):
        ask(letter, "a5@readers.example")
        assert SystemMail.objects.count() == 5
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        ask(letter, "a5@readers.example")
        ask(letter, "a0@readers.example")
        assert SystemMail.objects.count() == 6
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        ask(letter, "a0@readers.example")
        assert SystemMail.objects.filter(to="a0@readers.example").count() == 2
    assert SignUp.objects.filter(email="a0@readers.example").count() == 1


def test_beyond_so_many_an_hour_nothing_is_mailed_and_a_colleague_is_told(letter, settings, client, officer):
    settings.CONFIRMATIONS_PER_HOUR = 3
    for number in range(5):
        ask(letter, f"a{number}@readers.example", ip=f"10.0.0.{number}")
    assert SystemMail.objects.count() == 3
    assert breaker_is_open()
    client.force_login(officer)
    assert "confirmations" in client.get(reverse("desk:home")).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert not breaker_is_open()
        ask(letter, "a4@readers.example")
        assert SystemMail.objects.count() == 4


def test_an_emptied_cache_lifts_no_limit(letter):
    ask(letter, "a@readers.example")
    cache.clear()
    ask(letter, "a@readers.example")
    assert SystemMail.objects.count() == 1


def test_the_rows_of_limits_hold_no_address_and_go_after_two_days(letter):
    ask(letter, "a@readers.example")
    told = repr(list(Turn.objects.values_list()))
    assert "192.0.2" not in told
    assert "readers" not in told
    with time_machine.travel(timezone.now() + timedelta(days=2, minutes=1)):
        assert purge()["turns"] == 3
    assert not Turn.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "header", "remote", "expected"),
    [
        (0, "203.0.113.5", "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.5", "10.0.0.1", "203.0.113.5"),
        (1, "6.6.6.6, 203.0.113.5", "10.0.0.1", "203.0.113.5"),
        (2, "6.6.6.6, 203.0.113.5, 10.0.0.2", "10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "10.0.0.1", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1", "10.0.0.1"),
        (1, "", "", ""),
        (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (0, "", "::ffff:192.0.2.9", "192.0.2.9"),
    ],
)
def test_whose_word_on_the_client_counts(rf, settings, proxies, header, remote, expected):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR=remote, **({"HTTP_X_FORWARDED_FOR": header} if header else {}))
    assert client_address(request) == expected
