"""One person's page: what is known, corrections that imports keep, notes, and "do not write to them"."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from contacts import registry
from contacts.models import Contact, Note, Organisation, PersonCorrection, Post, Salutation, Suppression, Tag
from contacts.registry import Entry
from contacts.suppression import suppress
from mailing.models import AudienceRule
from tests.factories import ContactFactory, SenderFactory

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


def test_two_people_correcting_at_once_lose_nothing(ana, officer):
    from contacts.correcting import correct

    stale = Contact.objects.get(pk=ana.pk)
    correct(ana, {"language": "fr"}, actor=officer)
    assert correct(stale, {"gender": "M"}, actor=officer) == ["gender"]
    ana.refresh_from_db()
    assert (ana.language, ana.gender) == ("fr", "M")


def test_a_correction_is_shown_with_who_made_it_and_taken_back(signed_in, ana, officer):
    edit(signed_in, ana, family_name="Ní Bhraonáin")
    today = timezone.localdate()
    text = signed_in.get(url("person_detail", ana)).content.decode()
    assert f"Family name set by Boris Editor on {today.day} " in text
    assert "imports leave it alone." in text
    back = reverse("contacts:correction_remove", args=[ana.public_id, "family_name"])
    signed_in.post(back)
    assert not PersonCorrection.objects.exists()
    ana.refresh_from_db()
    assert ana.family_name == "Ní Bhraonáin"
    assert "There was no correction to take back." in signed_in.post(back, follow=True).content.decode()


def test_the_new_fields_are_set_and_no_second_copy_of_an_address_is_kept(signed_in, ana):
    changes = {"phone": "+32 2 1", "postal_address": "1 Long Street", "legal_basis": "agreement", "country": "FR"}
    edit(signed_in, ana, **changes, source="A letter of theirs", informed_on="2026-11-03")
    ana.refresh_from_db()
    assert (ana.phone, ana.postal_address, ana.legal_basis) == ("+32 2 1", "1 Long Street", "agreement")
    assert timezone.localtime(ana.informed_at).date() == dt.date(2026, 11, 3)
    kept = dict(PersonCorrection.objects.values_list("field", "value"))
    assert kept == {"phone": "", "postal_address": "", "country": "FR"}
    said = AuditEvent.objects.get().sentence
    assert said == "corrected a contact's country, phone, postal address, legal basis, source, notice"
    text = signed_in.get(url("person_detail", ana)).content.decode()
    assert "Kept because of an agreement" in text
    assert "They were told on 3 November 2026." in text


def test_who_may_see_a_secret_address_sets_another_without_seeing_it(client, approver, officer, ana):
    Contact.objects.filter(pk=ana.pk).update(is_confidential=True, phone="555 1234")
    ana.refresh_from_db()
    client.force_login(approver)
    form = client.get(url("person_edit", ana)).content.decode()
    assert "555 1234" not in form
    assert "Leave it empty to keep what is stored." in form
    edit(client, ana, is_confidential="on", phone="", email="", postal_address="9 Other Street")
    ana.refresh_from_db()
    assert (ana.phone, ana.email, ana.postal_address) == ("555 1234", "ab@parliament.example", "9 Other Street")
    client.force_login(officer)
    edit(client, ana, phone="1", email="x@parliament.example", language="fr")
    ana.refresh_from_db()
    assert (ana.phone, ana.email, ana.language, ana.is_confidential) == (
        "555 1234",
        "ab@parliament.example",
        "fr",
        True,
    )


@pytest.mark.parametrize(
    ("basis", "told"),
    [
        ("consent", "Kept because they agreed to it."),
        ("legitimate_interest", "Kept because they hold public office"),
        ("agreement", "Kept because of an agreement"),
    ],
)
def test_why_the_data_are_kept_stands_in_a_sentence(signed_in, ana, basis, told):
    Contact.objects.filter(pk=ana.pk).update(legal_basis=basis)
    text = signed_in.get(url("person_detail", ana)).content.decode()
    assert told in text
    assert "They have not been told yet that we hold their data." in text


def test_a_letter_is_begun_with_this_person_in_its_audience(signed_in, ana):
    SenderFactory()
    page = signed_in.get(url("person_detail", ana))
    letter_url = page.context["letter_url"]
    assert "Begin a letter to Aoife Brennan" in signed_in.get(letter_url).content.decode()
    signed_in.post(letter_url, {"title": "A word", "language": "en"})
    rule = AudienceRule.objects.get()
    assert (rule.contact, rule.effect, rule.mailing.title) == (ana, "include", "A word")


@pytest.mark.parametrize("to", ["x", "", "00000000-0000-0000-0000-000000000000"])
def test_a_letter_to_nobody_is_an_ordinary_letter(signed_in, to):
    SenderFactory()
    signed_in.post(reverse("mailing:letter_create") + f"?to={to}", {"title": "A word", "language": "en"})
    assert not AudienceRule.objects.exists()
