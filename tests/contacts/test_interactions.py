"""What passed between us: recording it, one's own entries, the bin, and the tabs of the timeline."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from contacts.models import Interaction
from contacts.retention import purge
from mailing.models import IncomingMail, Reply
from tests.factories import ContactFactory, MandateFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return ContactFactory(given_name="Ana", family_name="Horvat")


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def page(client, person, **params):
    return client.get(reverse("contacts:person_detail", args=[person.public_id]), params)


def entry(person, by, **fields):
    return Interaction.objects.create(contact=person, by=by, **({"kind": "meeting", "at": timezone.now()} | fields))


def test_a_meeting_is_written_down_with_who_was_there(signed_in, ana, officer):
    url = reverse("contacts:interaction_create", args=[ana.public_id])
    assert signed_in.get(url).status_code == 200
    data = {
        "kind": "meeting",
        "at": "2026-10-15T14:00",
        "with_whom": "Ilse and Harbour House",
        "note": "Asked who pays.",
    }
    assert signed_in.post(url, data).status_code == 302
    text = page(signed_in, ana).content.decode()
    for words in [
        "Meeting",
        "With Ilse and Harbour House.",
        "Asked who pays.",
        "Recorded by Boris Editor.",
        "15 Oct 2026",
    ]:
        assert words in text, words
    assert AuditEvent.objects.get().sentence == "recorded a meeting with a contact"


@pytest.mark.parametrize("changes", [{"at": "yesterday"}, {"at": ""}, {"kind": "letter"}, {"kind": "duel"}])
def test_what_is_no_meeting_is_told(signed_in, ana, changes):
    url = reverse("contacts:interaction_create", args=[ana.public_id])
    answer = signed_in.post(url, {"kind": "call", "at": "2026-10-15 14:00"} | changes)
    assert answer.status_code == 422
    assert not Interaction.objects.exists()


def test_what_is_planned_stands_first_the_soonest_on_top(signed_in, ana, officer):
    now = timezone.now()
    for days, note in [(-1, "was yesterday"), (9, "comes later"), (2, "comes soon")]:
        entry(ana, officer, at=now + dt.timedelta(days=days), note=note)
    context = page(signed_in, ana).context
    assert [row.detail.split(" Recorded")[0] for row in context["planned"]] == ["comes soon", "comes later"]
    assert context["counts"]["meetings"] == 1


def test_each_tab_shows_its_kind_and_counts_it(signed_in, ana, officer):
    entry(ana, officer, kind="call", note="A call")
    entry(ana, officer, kind="letter", note="By post")
    all_of_it = page(signed_in, ana)
    assert all_of_it.context["counts"] == {"letters": 1, "replies": 0, "meetings": 1}
    assert "A call" in all_of_it.content.decode()
    letters = page(signed_in, ana, show="letters").content.decode()
    assert "By post" in letters
    assert "A call" not in letters
    assert "Nothing of this kind." in page(signed_in, ana, show="replies").content.decode()
    assert page(signed_in, ana, show="nonsense").context["show"] == ""


def test_one_changes_ones_own_entries_only(client, ana, officer):
    other = UserFactory(name="Jonas Other")
    row = entry(ana, officer, note="Mine")
    url = reverse("contacts:interaction_edit", args=[row.pk])
    client.force_login(other)
    assert client.get(url).status_code == 403
    assert client.post(reverse("contacts:interaction_delete", args=[row.pk])).status_code == 403
    assert url not in page(client, ana).content.decode()
    client.force_login(officer)
    assert url in page(client, ana).content.decode()
    client.post(url, {"kind": "call", "at": "2026-10-15T14:00", "note": "Ours"})
    row.refresh_from_db()
    assert (row.kind, row.note) == ("call", "Ours")


def test_an_administrator_may_change_anybodys_entry(client, ana, officer, administrator):
    row = entry(ana, officer)
    client.force_login(administrator)
    assert client.get(reverse("contacts:interaction_edit", args=[row.pk])).status_code == 200


def test_what_is_thrown_away_leaves_the_page_and_comes_back(signed_in, ana, officer):
    row = entry(ana, officer, note="Oops")
    answer = signed_in.post(reverse("contacts:interaction_delete", args=[row.pk]), follow=True).content.decode()
    assert "Oops" not in answer
    assert "Put it back" in answer
    signed_in.post(reverse("contacts:interaction_restore", args=[row.pk]))
    assert "Oops" in page(signed_in, ana).content.decode()


def test_the_bin_is_emptied_after_thirty_days(ana, officer):
    now = timezone.now()
    entry(ana, officer, deleted_at=now - dt.timedelta(days=29), note="still there")
    entry(ana, officer, deleted_at=now - dt.timedelta(days=31))
    entry(ana, officer)
    assert purge()["bin"] == 1
    assert Interaction.all_objects.count() == 2


def test_a_stranger_reaches_no_entry(client, stranger, ana, officer):
    row = entry(ana, officer)
    client.force_login(stranger)
    assert client.get(reverse("contacts:interaction_edit", args=[row.pk])).status_code == 404
    assert client.get(reverse("contacts:interaction_create", args=[ana.public_id])).status_code == 404


def test_a_change_of_group_and_every_term_stand_in_the_history(signed_in, parliament):
    ana = parliament.mep("Horvat", group="SD", seats=[("LIBE", "chair")])
    now = ana.mandates.get()
    now.memberships.filter(body__kind="group").update(started_on=dt.date(2024, 7, 16), ended_on=dt.date(2025, 9, 1))
    group = parliament.mep("Other", group="EPP").mandates.get().memberships.get().body
    MembershipFactory(mandate=now, body=group, started_on=dt.date(2025, 9, 2))
    MandateFactory(contact=ana, term=9, ended_on=dt.date(2024, 7, 15), national_party="Old Party")
    text = page(signed_in, ana).content.decode()
    for words in ["Moved to the group EPP.", "Tenth term, Ireland", "Ninth term, Ireland", "Old Party", "1 Sep 2025"]:
        assert words in text, words


def test_a_reply_stands_under_replies_and_a_machines_answer_does_not(signed_in, ana):
    for number, is_auto in enumerate([False, True]):
        mail = IncomingMail.objects.create(source="imap", dedupe_key=str(number), raw=b"")
        words = {"subject": f"I will come {number}", "is_auto": is_auto, "received_at": timezone.now()}
        Reply.objects.create(mail=mail, contact=ana, **words)
    context = page(signed_in, ana, show="replies").context
    assert [row.title for row in context["entries"]] == ["Replied: I will come 0"]
    assert context["counts"]["replies"] == 1
