"""Bodies and who sits in them; and what no list has: bodies and seats set by hand."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from contacts.models import Body, Membership
from tests.factories import BodyFactory

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("contacts:body_list"), reverse("contacts:body_create")


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def url(name, row):
    return reverse(f"contacts:{name}", args=[row.pk])


def test_bodies_are_listed_by_kind_with_their_members(signed_in, parliament):
    parliament.mep("Chair", group="SD", seats=[("LIBE", "chair"), ("LIBE", "member"), ("FEMM", "substitute")])
    rows = {body.code: (body.members, body.substitutes) for body in signed_in.get(LIST).context["page_obj"]}
    assert rows == {"LIBE": (1, 0), "FEMM": (0, 1), "EMPL": (0, 0)}
    groups = signed_in.get(LIST, {"kind": "group"}).context["page_obj"]
    assert {body.code: body.members for body in groups} == {"EPP": 0, "SD": 1, "NI": 0}
    assert "None of this kind is here yet." in signed_in.get(LIST, {"kind": "delegation"}).content.decode()
    assert signed_in.get(LIST, {"kind": "nonsense"}).context["kind"] == "committee"


def test_a_body_shows_its_members_by_role_and_who_sat_there_before(signed_in, parliament):
    ana = parliament.mep("Abel", seats=[("LIBE", "member")])
    parliament.seat(ana, "LIBE", "vice_chair", started_on=dt.date(2024, 7, 16), ended_on=dt.date(2025, 1, 31))
    parliament.mep("Bauer", seats=[("LIBE", "chair")])
    parliament.mep("Elsewhere", seats=[("FEMM", "member")])
    libe = Body.objects.get(code="LIBE")
    answer = signed_in.get(url("body_detail", libe))
    assert [seat.mandate.contact.family_name for seat in answer.context["page_obj"]] == ["Abel", "Bauer"]
    assert [(code, count) for code, _label, count in answer.context["roles"]] == [("chair", 1), ("member", 1)]
    text = answer.content.decode()
    for words in ["Abel", "31 Jan 2025", "Civil Liberties, Justice and Home Affairs", "2 seats"]:
        assert words in text, words
    only = signed_in.get(url("body_detail", libe), {"role": "chair"}).context["page_obj"]
    assert [seat.mandate.contact.family_name for seat in only] == ["Bauer"]


def test_an_intergroup_is_added_by_hand_and_an_import_knows_its_names(signed_in):
    data = {
        "kind": "intergroup",
        "code": "IG-AHT",
        "name": "Intergroup against Trafficking",
        "aliases": "Anti-Trafficking\n\n",
    }
    assert signed_in.post(NEW, data).status_code == 302
    body = Body.objects.get(code="IG-AHT")
    assert body.aliases == ["Anti-Trafficking"]
    assert Body.objects.by_alias("intergroup")["anti-trafficking"] == body
    assert AuditEvent.objects.get().sentence == "added a body"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"code": "libe"}, "“libe” means LIBE already."),
        ({"aliases": "Civil Liberties, Justice and Home Affairs"}, "means LIBE already."),
        ({"started_on": "2026-02-01", "ended_on": "2026-01-01"}, "This is before its beginning."),
        ({"code": ""}, "This field is required."),
        ({"started_on": "soon"}, "Enter a valid date."),
    ],
)
def test_what_cannot_be_a_body_is_told(signed_in, parliament, changes, told):
    answer = signed_in.post(NEW, {"kind": "committee", "code": "NEW", "name": "New"} | changes)
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_a_body_keeps_its_code_when_its_names_change(signed_in, parliament):
    libe = Body.objects.get(code="LIBE")
    data = {"kind": "group", "code": "OTHER", "name": "Liberties", "aliases": "Freedoms"}
    assert signed_in.post(url("body_edit", libe), data).status_code == 302
    libe.refresh_from_db()
    assert (libe.kind, libe.code, libe.name, libe.aliases) == ("committee", "LIBE", "Liberties", ["Freedoms"])


def test_a_coordinator_is_set_by_hand_and_ends_by_hand(signed_in, parliament):
    ana = parliament.mep("Horvat", given_name="Ana")
    parliament.mep("Horvath")
    libe = Body.objects.get(code="LIBE")
    found = signed_in.get(url("seat_create", libe), {"q": "horvat"})
    assert len(found.context["found"]) == 2
    seat = {"person": ana.pk, "role": "coordinator", "since": "2026-01-15"}
    assert signed_in.post(url("seat_create", libe) + "?q=horvat", seat).status_code == 302
    row = Membership.objects.get(body=libe)
    assert (row.mandate.contact, row.role, row.started_on) == (ana, "coordinator", dt.date(2026, 1, 15))
    signed_in.post(url("seat_create", libe), seat)
    assert Membership.objects.filter(body=libe).count() == 1
    signed_in.post(url("seat_end", row))
    row.refresh_from_db()
    assert row.ended_on is not None
    sentences = [event.sentence for event in AuditEvent.objects.order_by("id")]
    assert sentences == ["gave a contact a seat in LIBE by hand", "ended a contact's seat in LIBE by hand"]


def test_a_seat_of_the_parliaments_list_is_not_ended_by_hand(signed_in, parliament):
    ana = parliament.mep("Abel", seats=[("LIBE", "chair")])
    seat = ana.mandates.get().memberships.get()
    assert url("seat_end", seat) not in signed_in.get(url("body_detail", seat.body)).content.decode()
    answer = signed_in.post(url("seat_end", seat), follow=True).content.decode()
    assert "would set it again" in answer
    seat.refresh_from_db()
    assert seat.ended_on is None


@pytest.mark.parametrize("person", ["", "0", "x", "9" * 40])
def test_a_seat_belongs_to_somebody_who_sits(signed_in, parliament, person):
    libe = Body.objects.get(code="LIBE")
    answer = signed_in.post(url("seat_create", libe) + "?q=x", {"person": person, "role": "member"})
    assert answer.status_code == 422
    assert not Membership.objects.exists()


def test_who_only_reads_sets_nothing(client, viewer, parliament):
    client.force_login(viewer)
    libe = Body.objects.get(code="LIBE")
    assert client.get(url("body_detail", libe)).status_code == 200
    for name in ["body_edit", "seat_create"]:
        assert client.get(url(name, libe)).status_code == 403


def test_a_stranger_sees_nobody_in_a_body(client, stranger, parliament):
    parliament.mep("Hidden", seats=[("LIBE", "chair")])
    client.force_login(stranger)
    assert "Hidden" not in client.get(url("body_detail", Body.objects.get(code="LIBE"))).content.decode()
    assert {body.members for body in client.get(LIST).context["page_obj"]} == {0}


@pytest.mark.parametrize("number", [10, 200])
def test_the_pages_ask_few_questions(signed_in, parliament, django_assert_max_num_queries, number):
    parliament.crowd(number)
    for n in range(number):
        BodyFactory(kind="delegation", code=f"D-{n}")
    with django_assert_max_num_queries(12):
        signed_in.get(LIST, {"kind": "delegation"})
    with django_assert_max_num_queries(12):
        signed_in.get(url("body_detail", Body.objects.get(code="LIBE")))
    with django_assert_max_num_queries(12):
        signed_in.get(url("seat_create", Body.objects.get(code="LIBE")), {"q": "family"})
