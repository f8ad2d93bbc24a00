"""Lists: their wording with versions, who is on them and by which proof, and how one gets on and off."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from contacts.consent import ConsentRefused, ask, come_back, confirm, end, import_with_proof, leave, set_wording
from contacts.models import ConsentRecord, ConsentWording, ContactList, Subscription, Suppression
from contacts.suppression import suppress
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("contacts:list_list"), reverse("contacts:list_create")


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def reader(db):
    return ContactFactory(family_name="Reader", email="reader@home.example", legal_basis="consent")


def page(found, name="list_detail"):
    return reverse(f"contacts:{name}", args=[found.pk])


def status(reader):
    return Subscription.objects.get(contact=reader).status


def test_an_edit_makes_a_new_version_and_old_proofs_keep_theirs(news, reader, officer):
    set_wording(news, "Send me four issues a year.", by=officer)
    ask(reader, news, source="subscribe page")
    set_wording(news, "Send me an issue a month.", by=officer)
    set_wording(news, "Send me an issue a month.", by=officer)
    confirm(reader, news, source="confirm page")
    assert list(ConsentWording.objects.values_list("version", flat=True)) == [2, 1]
    proofs = ConsentRecord.objects.values_list("action", "wording", "wording_version", "source")
    assert list(proofs) == [
        ("asked", "Send me four issues a year.", 1, "subscribe page"),
        ("confirmed", "Send me an issue a month.", 2, "confirm page"),
    ]
    assert status(reader) == "active"


def test_who_asked_gets_nothing_until_they_confirm(news, reader):
    ask(reader, news, source="subscribe page")
    assert status(reader) == "pending"
    assert confirm(reader, news, source="confirm page") is True
    assert confirm(reader, news, source="confirm page") is False
    assert status(reader) == "active"


def test_leaving_and_coming_back_are_kept_as_proof(news, reader):
    confirm(reader, news, source="confirm page")
    assert leave(reader, news, source="link")
    assert come_back(reader, news, source="link")
    assert list(ConsentRecord.objects.values_list("action", flat=True)) == ["confirmed", "unsubscribed", "undone"]


def test_a_proof_holds_no_address(news, reader, officer):
    import_with_proof(reader, news, source="Paper form", given_on=timezone.localdate(), actor=officer)
    row = ConsentRecord.objects.get()
    assert "reader@" not in " ".join(map(str, vars(row).values()))
    assert row.given_on == timezone.localdate()
    assert row.email_digest == reader.email_digest


@pytest.mark.parametrize(
    ("source", "days", "why"),
    [
        ("", 0, "where the proof lies"),
        ("Paper form", -1, "has not come yet"),
        ("Form of Ms Reader", 0, "must not hold the person's name"),
        ("mail from reader@home.example", 0, "must not hold the person's name"),
    ],
)
def test_a_proof_needs_a_source_and_a_day_and_names_nobody(news, reader, officer, source, days, why):
    with pytest.raises(ConsentRefused, match=why):
        import_with_proof(
            reader, news, source=source, given_on=timezone.localdate() - timedelta(days=days), actor=officer
        )
    assert not Subscription.objects.exists()


def test_nobody_brings_back_who_left_but_they_themselves(news, reader, officer):
    confirm(reader, news, source="confirm page")
    end(reader, news, actor=officer)
    with pytest.raises(ConsentRefused):
        import_with_proof(reader, news, source="Paper form", given_on=timezone.localdate(), actor=officer)
    ask(reader, news, source="subscribe page")
    assert status(reader) == "unsubscribed"
    assert confirm(reader, news, source="confirm page")
    assert status(reader) == "active"
    assert not Suppression.objects.exists()


def test_who_leaves_while_a_colleague_adds_them_has_left(news, reader, officer, monkeypatch):
    find = Subscription.objects.get_or_create

    def find_and_leave(**facts):
        found = find(**facts)
        leave(reader, news, source="a page")
        return found

    monkeypatch.setattr(Subscription.objects, "get_or_create", find_and_leave)
    with pytest.raises(ConsentRefused, match="left the list"):
        import_with_proof(reader, news, source="Folder 12", given_on=timezone.localdate(), actor=officer)


def test_a_complaint_outlives_a_new_confirmation(news, reader):
    suppress(reader, reason="complaint")
    confirm(reader, news, source="confirm page")
    assert Suppression.objects.get().reason == "complaint"


def test_an_empty_page_teaches_what_a_list_is(signed_in):
    text = signed_in.get(LIST).content.decode()
    assert "There is no list yet." in text
    assert NEW in text


def test_a_list_is_made_changed_and_told_to_the_trail(signed_in, officer):
    data = {"name": "Road Notes", "description": "Four a year", "wording": "Send me the notes."}
    made = signed_in.post(NEW, data, follow=True)
    found = ContactList.objects.get()
    assert found.owner == officer.affiliations.get().organisation
    assert "Version 1" in made.content.decode()
    signed_in.post(page(found, "list_edit"), data | {"wording": "Send me more notes."})
    assert found.wordings.count() == 2
    assert [event.sentence for event in AuditEvent.objects.order_by("id")] == ["made a list", "changed a list"]
    text = signed_in.get(page(found)).content.decode()
    assert "Version 2" in text
    assert "Send me the notes." in text


def test_two_lists_have_two_names(signed_in, news):
    response = signed_in.post(NEW, {"name": "road  NOTES", "wording": "Yes."})
    assert response.status_code == 422
    assert "There is a list with this name already." in response.content.decode()


def test_the_page_shows_the_people_of_one_status_at_a_time(signed_in, news, reader):
    confirm(reader, news, source="confirm page")
    ask(ContactFactory(family_name="Waiting"), news, source="subscribe page")
    active = signed_in.get(page(news)).content.decode()
    assert "Reader" in active
    assert "Waiting" not in active
    pending = signed_in.get(page(news), {"status": "pending"}).content.decode()
    assert "Waiting" in pending
    assert "Reader" not in pending


def test_somebody_is_added_with_proof_on_the_page(signed_in, news, reader):
    data = {"email": "READER@home.example", "source": "Paper form, folder 12", "given_on": "2026-03-01"}
    text = signed_in.post(page(news, "list_add"), data, follow=True).content.decode()
    assert "Added." in text
    assert status(reader) == "active"
    again = signed_in.post(page(news, "list_add"), data)
    assert again.status_code == 422
    assert "is on the list already" in again.content.decode()


def test_an_address_nobody_has_is_refused_with_what_to_do(signed_in, news):
    data = {"email": "nobody@home.example", "source": "Paper form", "given_on": "2026-03-01"}
    response = signed_in.post(page(news, "list_add"), data)
    assert response.status_code == 422
    assert "Add the person first" in response.content.decode()


def test_ending_a_subscription_stops_what_waits(signed_in, news, reader):
    confirm(reader, news, source="confirm page")
    url = reverse("contacts:list_end", args=[news.pk, reader.public_id])
    assert "has ended" in signed_in.post(url, follow=True).content.decode()
    assert status(reader) == "unsubscribed"
    row = Suppression.objects.get()
    assert (row.scope, row.reason) == (f"list:{news.pk}", "objection")
    assert AuditEvent.objects.latest("id").sentence == "ended a subscription to Road Notes"
    assert "had ended already" in signed_in.post(url, follow=True).content.decode()


def test_the_people_of_a_list_are_downloaded(signed_in, news, reader):
    confirm(reader, news, source="confirm page")
    url = reverse("contacts:list_export", args=[news.pk, "csv"])
    text = b"".join(signed_in.get(url).streaming_content).decode()
    assert "reader@home.example" in text
    assert AuditEvent.objects.latest("id").sentence == "downloaded a list of 1 contacts"


def test_a_viewer_changes_nothing_and_a_stranger_sees_nothing(client, viewer, stranger, news):
    client.force_login(viewer)
    assert client.get(page(news)).status_code == 200
    assert client.post(page(news, "list_add"), {}).status_code == 403
    client.force_login(stranger)
    assert client.get(page(news)).status_code == 404
    assert "There is no list yet." in client.get(LIST).content.decode()


@pytest.mark.parametrize("number", [10, 200])
def test_pages_cost_the_same_for_many_people(signed_in, news, number, django_assert_max_num_queries):
    for _n in range(number):
        Subscription.objects.create(
            contact=ContactFactory(), contact_list=news, status="active", confirmed_at=timezone.now()
        )
    with django_assert_max_num_queries(12):
        signed_in.get(page(news))
    with django_assert_max_num_queries(12):
        signed_in.get(LIST)
