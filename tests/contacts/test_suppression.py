"""An address on the do-not-write list stays there once, as a hash, and comes off only for the same reason."""

import pytest

from accounts.models import AuditEvent
from contacts.models import Suppression
from contacts.remarks import remarks_of
from contacts.suppression import NoAddress, lift, suppress
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def test_two_spellings_of_an_address_are_one():
    assert suppress("Ana@Parliament.example", reason="objection") is True
    assert suppress(" ana@parliament.EXAMPLE ", reason="complaint") is False
    row = Suppression.objects.get()
    assert row.reason == "objection"
    assert "ana" not in row.email_digest


def test_a_contact_and_its_address_are_the_same(officer):
    ana = ContactFactory(email="ana@parliament.example")
    assert suppress(ana, reason="objection", actor=officer)
    assert not suppress("ana@parliament.example", reason="objection")
    assert [row.words for row in remarks_of(ana)["suppression"]] == ["objection"]
    assert lift("ana@parliament.example")
    assert remarks_of(ana)["suppression"] == []


def test_scopes_stand_side_by_side():
    assert suppress("ana@parliament.example", scope="letters", reason="objection")
    assert suppress("ana@parliament.example", scope="list:7", reason="objection")
    assert Suppression.objects.of("letters").count() == 1
    assert lift("ana@parliament.example") is False
    assert lift("ana@parliament.example", scope="letters") is True


def test_an_objection_is_lifted_but_a_complaint_stays():
    suppress("ana@parliament.example", reason="complaint")
    assert lift("ana@parliament.example") is False
    assert Suppression.objects.count() == 1


def test_the_audit_trail_tells_it_without_the_address(officer):
    ana = ContactFactory(email="ana@parliament.example", family_name="Secretname")
    suppress(ana, reason="objection", actor=officer)
    suppress(ana, reason="objection", actor=officer)
    lift(ana, actor=officer)
    lift(ana, actor=officer)
    events = list(AuditEvent.objects.order_by("id"))
    assert [event.sentence for event in events] == [
        "put an address on the do-not-write list (all, objection)",
        "took an address off the do-not-write list (all, objection)",
    ]
    assert all(event.object_id == str(ana.pk) for event in events)
    assert not any("ana@" in f"{e.sentence}{e.object_label}" or "Secretname" in e.object_label for e in events)


def test_without_an_address_there_is_nothing_to_stop():
    with pytest.raises(NoAddress, match="has no e-mail address"):
        suppress(ContactFactory(email=""), reason="objection")
    with pytest.raises(NoAddress):
        suppress("  ", reason="objection")


def test_an_unknown_reason_is_refused():
    with pytest.raises(ValueError, match="boredom"):
        suppress("ana@parliament.example", reason="boredom")
