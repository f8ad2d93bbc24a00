"""Events: who organised and hosted them, who came, and what of that the public reads."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from advocacy.models import Attendance, Event
from contacts.models import Organisation
from tests.advocacy.campaign_makers import attend, make_campaign, make_event
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
HEARING = {"title": "Hearing on wages", "language": "en", "starts_at": "2026-12-02T14:00", "place": "Prague"}


def at(name, *args):
    return reverse(f"advocacy:{name}", args=args)


def test_no_event_yet_says_what_belongs_here(sign_in, officer):
    assert "Add the first one" in sign_in(officer).get(at("event_list")).content.decode()


def test_an_officer_adds_an_event_with_organisers_and_links(sign_in, officer):
    Organisation.objects.create(name="Harbour House")
    campaign = make_campaign()
    links = "Programme | https://harbour.example/programme.pdf\nhttps://harbour.example/film"
    client = sign_in(officer)
    assert (
        f'value="{campaign.pk}" selected'
        in client.get(at("event_create") + f"?campaign={campaign.slug}").content.decode()
    )
    data = HEARING | {"organisers": "Harbour House", "links": links, "campaign": campaign.pk, "is_public": "on"}
    client.post(at("event_create"), data)
    event = Event.objects.get()
    assert (event.slug, event.campaign, event.is_public) == ("hearing-on-wages-2026", campaign, False)
    assert [row.name for row in event.organisers.all()] == ["Harbour House"]
    assert list(event.links.values_list("label", "is_attachment")) == [
        ("Programme", True),
        ("https://harbour.example/film", False),
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"ends_at": "2026-12-02T13:00"}, "It ends before it begins."),
        ({"starts_at": "tomorrow"}, "This is not a day and time."),
        ({"links": "Film | javascript:alert(1)"}, "Line 1 is no link."),
        ({"links": "Film | https://x.example/ y"}, "Line 1 is no link."),
        ({"campaign": "999999999999999999999"}, "Select a valid choice."),
        ({"organisers": "Nobody"}, "There is no organisation “Nobody”"),
    ],
)
def test_a_wrong_form_says_what_to_do(sign_in, officer, wrong, sentence):
    answer = sign_in(officer).post(at("event_create"), HEARING | wrong)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Event.objects.exists()


def test_the_database_refuses_a_guest_who_is_named_in_public_and_an_end_before_the_beginning():
    event = make_event()
    with pytest.raises(IntegrityError), transaction.atomic():
        attend(event, is_public=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_event("other", ends_at=timezone.now() - dt.timedelta(days=9))


def test_only_an_approver_shows_an_event_and_a_host_to_the_public(sign_in, officer, approver, client):
    event = make_event()
    host = attend(event, person=ContactFactory(given_name="Ana", family_name="Horvat"), role="host")
    attend(event, person=ContactFactory(family_name="Guestly"), answer="came")
    public = reverse("public:event_detail", args=["en", event.slug])
    edit = at("attendance_edit", event.slug, host.pk)
    sign_in(officer).post(edit, {"role": "host", "answer": "came", "is_public": "on"})
    assert client.get(public).status_code == 404
    host.refresh_from_db()
    assert (host.answer, host.is_public) == ("came", False)
    sign_in(approver).post(at("event_edit", event.slug), HEARING | {"is_public": "on"})
    page = client.get(public).content.decode()
    assert "Prague" in page
    assert "Horvat" not in page
    sign_in(approver).post(edit, {"role": "host", "answer": "came", "is_public": "on"})
    page = client.get(public).content.decode()
    assert "Ana Horvat" in page
    assert "Guestly" not in page
    assert client.post(edit, {"role": "guest", "answer": "came", "is_public": "on"}).status_code == 422
    officers = sign_in(officer)
    officers.post(at("event_edit", event.slug), HEARING | {"title": "Changed"})
    officers.post(edit, {"role": "host", "answer": "absent"})
    event.refresh_from_db()
    host.refresh_from_db()
    assert (event.title, host.answer) == ("Hearing on wages", "came")


def test_a_person_is_found_and_added_once(sign_in, officer):
    event, ana = make_event(), ContactFactory(given_name="Ana", family_name="Horvat")
    client, url = sign_in(officer), at("attendance_add", event.slug)
    assert str(ana.public_id) in client.get(url, {"q": "horvat"}).content.decode()
    assert "Nobody here has that" in client.get(url, {"q": "nobody like this\x00"}).content.decode()
    data = {"person": ana.public_id, "role": "speaker", "answer": "came"}
    for _time in range(2):
        client.post(url, data)
    row = Attendance.objects.get()
    assert (row.contact, row.role, row.answer) == (ana, "speaker", "came")
    assert "in the list" in client.get(url, {"q": "horvat"}).content.decode()
    for wrong in ({"person": "x"}, {"role": "king"}, {"answer": ""}):
        assert "Nobody was added" in client.post(url, data | wrong, follow=True).content.decode()
    client.post(at("attendance_remove", event.slug, row.pk))
    assert not Attendance.objects.exists()
    assert not AuditEvent.objects.filter(sentence__contains="Horvat").exists()


def test_pages_cost_the_same_with_any_number_of_rows(sign_in, approver, django_assert_max_num_queries):
    campaign = make_campaign(public=True)
    event = make_event(campaign=campaign, is_public=True)
    for number in range(25):
        make_event(f"event-{number}", campaign=campaign)
        attend(event, person=ContactFactory(family_name=f"Same{number}"), role="speaker", is_public=True)
    client = sign_in(approver)
    urls = [at("event_list"), at("event_detail", event.slug), at("event_edit", event.slug)]
    urls += [at("attendance_add", event.slug) + "?q=same", reverse("public:event_detail", args=["en", event.slug])]
    for url in urls:
        with django_assert_max_num_queries(12):
            assert client.get(url).status_code == 200, url
