"""Many who ask and confirm at the same moment, on connections of their own: the rows decide, and a broker does not."""

import pytest

from contacts import consent
from contacts.models import ConsentRecord, Contact, ContactList, ListText, SignUp, Subscription, Turn
from contacts.signing_up import LinkRefused, confirm, sign_up, token_of
from tests.mailing.test_dispatch_races import at_once
from transport.models import SystemMail

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "nadia@readers.example"


@pytest.fixture
def letter():
    made = ContactList.objects.create(name="Network", slug="network", is_open=True)
    ListText.objects.create(contact_list=made, language="en", name="Letter from the network")
    consent.set_wording(made, "Send me the letter once a month.")
    return made


def asking(letter, address=ADDRESS, ip="192.0.2.7"):
    return lambda: sign_up(letter, address, language="en", source="page", ip=ip)


def failures(given):
    return [one for one in given if isinstance(one, Exception)]


def test_sixteen_who_write_one_address_at_once_make_one_mail(letter):
    for _round in range(4):
        given = at_once(*[asking(letter, ip=f"10.0.0.{number}") for number in range(16)])
        assert failures(given) == []
    assert SystemMail.objects.filter(purpose="confirm-subscription").count() == 1
    assert SignUp.objects.count() == 1
    assert Turn.objects.filter(kind="address").count() == 1


def test_sixteen_addresses_from_one_client_at_once_make_five_mails(letter):
    for start in (0, 16):
        given = at_once(*[asking(letter, f"a{start + number}@readers.example") for number in range(16)])
        assert failures(given) == []
    assert SystemMail.objects.count() == 5
    assert SignUp.objects.count() == 5
    assert Turn.objects.get(kind="client").number == 5


def test_the_breaker_counts_those_who_come_at_once(letter, settings):
    settings.CONFIRMATIONS_PER_HOUR = 3
    at_once(*[asking(letter, f"a{number}@readers.example", f"10.0.0.{number}") for number in range(12)])
    assert SystemMail.objects.count() == 3
    assert Turn.objects.get(kind="all").number == 3


def test_pressing_the_button_at_once_subscribes_once(letter):
    asking(letter)()
    token = token_of(SignUp.objects.get())
    given = at_once(*[lambda: confirm(token)] * 8)
    assert failures(given) == []
    assert Contact.objects.filter(email_key=ADDRESS).count() == 1
    assert Subscription.objects.filter(status="active").count() == 1
    assert sorted(ConsentRecord.objects.values_list("action", flat=True)) == ["asked", "confirmed"]
    assert SystemMail.objects.filter(purpose="welcome").count() == 1


def test_two_lists_confirmed_at_once_are_one_contact(letter):
    other = ContactList.objects.create(name="Press", slug="press", is_open=True)
    asking(letter)()
    Turn.objects.all().delete()
    asking(other)()
    given = at_once(*[lambda row=row: confirm(token_of(row)) for row in SignUp.objects.all()])
    assert failures(given) == []
    assert Contact.objects.filter(email_key=ADDRESS).count() == 1
    assert Subscription.objects.filter(status="active").count() == 2


def test_asking_again_while_confirming_loses_nothing(letter):
    for number in range(6):
        address = f"a{number}@readers.example"
        asking(letter, address, f"10.0.{number}.1")()
        Turn.objects.all().delete()
        token = token_of(SignUp.objects.get(email=address))
        given = at_once(lambda token=token: confirm(token), asking(letter, address, f"10.0.{number}.2"))
        assert [one for one in failures(given) if not isinstance(one, LinkRefused)] == []
        person = Contact.objects.get(email_key=address)
        assert person.subscriptions.get().status == "active"
        assert person.consents.filter(action="confirmed").count() == 1


def test_a_broker_that_was_emptied_or_stopped_lifts_no_limit_and_blocks_nobody(letter, broker):
    asking(letter)()
    broker.flush()
    asking(letter)()
    assert SystemMail.objects.count() == 1
    broker.stop()
    asking(letter)()
    assert SystemMail.objects.count() == 1
    asking(letter, "second@readers.example")()
    assert SystemMail.objects.filter(to="second@readers.example").count() == 1
