"""One person's page: what is known, corrections that imports keep, notes, and "do not write to them"."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from contacts import registry
from contacts.models import Note, Organisation, PersonCorrection, Post, Salutation, Suppression, Tag
from contacts.registry import Entry
from contacts.suppression import suppress
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(parliament):
    return parliament.mep(
        "Brennan",
        given_name="Aoife",
        country="BE",
        group="SD",
        seats=[("LIBE", "chair")],
        email="ab@parliament.example",
    )


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def url(name, person):
    return reverse(f"contacts:{name}", args=[person.public_id])


def edit(client, person, **changes):
    data = {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "gender": person.gender,
        "language": person.language,
        "country": person.country,
        "email": person.email,
        "phone": person.phone,
        "postal_address": person.postal_address,
        "legal_basis": person.legal_basis,
        "source": person.source,
    }
    return client.post(url("person_edit", person), data | changes)


def test_the_page_shows_mandate_seats_posts_and_greeting(signed_in, ana, parliament):
    Salutation.objects.create(
        language="nl", gender="F", opening="Geachte mevrouw {family_name},", closing="Hoogachtend,"
    )
    parliament.seat(ana, "FEMM", "substitute", started_on=dt.date(2024, 7, 16), ended_on=dt.date(2026, 1, 31))
    Post.objects.create(contact=ana, organisation=Organisation.objects.create(name="Council"), title="Adviser")
    text = signed_in.get(url("person_detail", ana)).content.decode()
    for words in [
        "Aoife Brennan",
        "Member of the European Parliament for Belgium",
        "S&amp;D",
        "LIBE</a></strong> Chair",
        "FEMM Substitute",
        "ended 31 Jan 2026",
        "Council",
        "Adviser",
        "Geachte mevrouw Brennan,",
        "Belgium has several languages, so Dutch is only a guess.",
    ]:
        assert words in text, words


def test_a_person_without_an_address_is_told_so(signed_in):
    person = ContactFactory(email="")
    text = signed_in.get(url("person_detail", person)).content.decode()
    assert "There is no e-mail address." in text
    assert "Do not write to them" not in text


def test_a_viewer_reads_but_changes_nothing(client, viewer, ana):
    client.force_login(viewer)
    assert client.get(url("person_detail", ana)).status_code == 200
    assert client.get(url("person_edit", ana)).status_code == 403
    for name in ["note_add", "person_stop", "person_resume"]:
        assert client.post(url(name, ana), {"text": "x"}).status_code == 403
    assert not Note.objects.exists()


@pytest.mark.parametrize("name", ["note_add", "person_stop", "person_resume"])
def test_changes_are_posts(signed_in, ana, name):
    assert signed_in.get(url(name, ana)).status_code == 405


def test_a_correction_is_remembered_for_each_changed_field_only(signed_in, ana, officer):
    response = edit(signed_in, ana, family_name="Ní Bhraonáin", language="fr", gender="X")
    assert response.status_code == 302
    ana.refresh_from_db()
    assert (ana.family_name, ana.language, ana.gender) == ("Ní Bhraonáin", "fr", "X")
    assert ana.sort_key == "ni bhraonain aoife"
    found = {row.field: (row.value, row.by) for row in PersonCorrection.objects.all()}
    assert found == {"family_name": ("Ní Bhraonáin", officer), "language": ("fr", officer), "gender": ("X", officer)}
    assert AuditEvent.objects.get().sentence == "corrected a contact's family name, gender, language"
    edit(signed_in, ana)
    assert AuditEvent.objects.count() == 1


def test_an_address_of_somebody_else_is_refused(signed_in, ana):
    ContactFactory(email="taken@parliament.example")
    response = edit(signed_in, ana, email="Taken@Parliament.example")
    assert "Somebody else in the contacts has this address." in response.content.decode()
    assert not PersonCorrection.objects.exists()


@pytest.mark.parametrize("address", ["a@b", "two@x.example, three@x.example", "not an address", "x@[127.0.0.1]"])
def test_what_is_no_address_is_refused(signed_in, ana, address):
    response = edit(signed_in, ana, email=address)
    assert response.status_code == 200
    assert response.context["form"].errors["email"]


def test_an_address_may_be_taken_away_and_the_key_follows(signed_in, ana):
    edit(signed_in, ana, email="")
    ana.refresh_from_db()
    assert (ana.email, ana.email_key) == ("", None)
    assert PersonCorrection.objects.get().value == ""


def test_a_secret_address_is_not_shown_to_whoever_corrects_the_rest(signed_in, ana):
    Organisation.objects.create(name="Harbour House", is_confidential=True, email=ana.email.upper())
    assert ana.email not in signed_in.get(url("person_edit", ana)).content.decode()
    edit(signed_in, ana, email="other@parliament.example", language="fr")
    ana.refresh_from_db()
    assert (ana.email, ana.language) == ("ab@parliament.example", "fr")


def test_a_person_keeps_a_name(signed_in, ana):
    assert "Give at least one name." in edit(signed_in, ana, given_name="", family_name=" ").content.decode()


def test_tags_are_set_and_a_known_tag_in_another_case_is_that_tag(signed_in, ana):
    press = Tag.objects.create(name="press")
    edit(signed_in, ana, new_tag="PRESS")
    assert list(ana.tags.all()) == [press]
    edit(signed_in, ana, tags=[press.pk], new_tag="event  guest")
    assert sorted(ana.tags.values_list("name", flat=True)) == ["event guest", "press"]
    edit(signed_in, ana)
    assert not ana.tags.exists()
    assert not PersonCorrection.objects.exists()
    assert {event.sentence for event in AuditEvent.objects.all()} == {"changed a contact's tags"}


def test_a_note_is_written_and_escaped(signed_in, ana, officer):
    page = signed_in.get(url("person_detail", ana)).content.decode()
    assert "No data on trafficked persons." in page
    signed_in.post(url("note_add", ana), {"text": "Met <b>once</b>"})
    assert Note.objects.get().author == officer
    assert "Met &lt;b&gt;once&lt;/b&gt;" in signed_in.get(url("person_detail", ana)).content.decode()
    assert AuditEvent.objects.get().sentence == "wrote a note about a contact"


def test_an_empty_note_is_refused_on_the_same_page(signed_in, ana):
    response = signed_in.post(url("note_add", ana), {"text": "  "})
    assert response.status_code == 422
    assert "This field is required." in response.content.decode()


def test_do_not_write_to_them_and_back(signed_in, ana):
    signed_in.post(url("person_stop", ana))
    signed_in.post(url("person_stop", ana))
    assert [(row.scope, row.reason) for row in Suppression.objects.all()] == [("all", "objection")]
    assert "Nothing is sent to this address." in signed_in.get(url("person_detail", ana)).content.decode()
    signed_in.post(url("person_resume", ana))
    assert not Suppression.objects.exists()
    assert AuditEvent.objects.count() == 2
    answer = signed_in.post(url("person_resume", ana), follow=True).content.decode()
    assert "There was no objection to take back." in answer


def test_a_complaint_cannot_be_undone_by_hand(signed_in, ana):
    suppress(ana, reason="complaint")
    text = signed_in.get(url("person_detail", ana)).content.decode()
    assert "Complained" in text
    signed_in.post(url("person_resume", ana))
    assert Suppression.objects.get().reason == "complaint"


def test_stopping_somebody_without_an_address_says_why_not(signed_in):
    person = ContactFactory(email="")
    answer = signed_in.post(url("person_stop", person), follow=True).content.decode()
    assert "has no e-mail address" in answer


def test_other_rooms_add_to_the_timeline(signed_in, ana, monkeypatch):
    def letters(contact):
        yield Entry(at=timezone.now(), title="Letter about <compensation>", reference="TST-2026-001", icon="mail")

    monkeypatch.setattr(registry, "timeline", [*registry.timeline, letters])
    ana.interactions.create(kind="meeting", at=timezone.now() - dt.timedelta(days=3), note="Promised a summary.")
    text = signed_in.get(url("person_detail", ana)).content.decode()
    assert "Letter about &lt;compensation&gt;" in text
    assert text.index("TST-2026-001") < text.index("Promised a summary.")


@pytest.mark.parametrize("number", [1, 60])
def test_the_number_of_queries_does_not_grow(
    signed_in, ana, officer, parliament, django_assert_max_num_queries, number
):
    suppress(ana, reason="objection")
    council = Organisation.objects.create(name="Council")
    for n in range(number):
        Note.objects.create(contact=ana, author=officer, text=f"Note {n}")
        Post.objects.create(contact=ana, organisation=council)
        ana.interactions.create(kind="call", at=timezone.now(), by=officer)
        parliament.seat(ana, f"C{n:03}", "member", ended_on=dt.date(2026, 1, 1))
    with django_assert_max_num_queries(12):
        assert signed_in.get(url("person_detail", ana)).status_code == 200
