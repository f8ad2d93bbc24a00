"""The five steps by forms and links alone, as a browser without JavaScript walks them."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from advocacy.models import Statement
from mailing import lifecycle
from mailing.models import Delivery, Mailing
from tests.factories import BodyFactory, SenderFactory, StatementFactory, StatementTextFactory
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


def page(response):
    return response.content.decode()


def hidden(response, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page(response))[1]


@pytest.fixture
def statement(officer, approver):
    statement = StatementFactory(
        status=Statement.Status.APPROVED, author=officer, approved_by=approver, approved_at=timezone.now()
    )
    StatementTextFactory(statement=statement, title="Compensation is a right")
    StatementTextFactory(statement=statement, language="fr", title="Un droit", body="<p>Un droit.</p>")
    SenderFactory()
    return statement


def test_from_an_approved_statement_to_a_scheduled_letter_by_two_people(
    statement, salutations, member, sign_in, officer, approver
):
    BodyFactory(code="LIBE")
    member(country="FR", gender="M", given_name="Luc", family_name="Martin")
    member(country="IE", gender="F", given_name="Aoife", family_name="Brennan")
    client = sign_in(officer)

    made = client.post(reverse("mailing:letter_from_statement", args=[statement.reference]))
    letter = Mailing.objects.get()
    assert made.url == reverse("mailing:letter_write", args=[letter.reference])
    assert [content.language for content in letter.contents.all()] == ["en", "fr"]

    write = client.get(made.url)
    assert "Compensation is a right" in page(write)
    text = {"edition": hidden(write, "edition"), "subject": "Six points", "is_reviewed": "on"}
    body = "<p>{{ salutation }}</p><p>Please vote for it.</p><p>{{ closing }}</p>"
    saved = client.post(made.url, {**text, "body": body, "next": "1"})
    assert saved.url == reverse("mailing:letter_audience", args=[letter.reference])

    empty = client.get(saved.url)
    assert "Nobody gets this letter yet." in page(empty)
    counted = client.post(saved.url, {"who-committees": ["LIBE"], "who-role": "full"}, follow=True)
    assert "2 people will get this letter." in page(counted)
    assert "2 matched, 0 left out." in page(counted)
    second = client.get(saved.url, {"n": 2})
    assert "2 of 2" in page(second)
    french = client.get(reverse("mailing:letter_preview", args=[letter.reference, 2]))
    assert "Monsieur le Député," in page(french)
    assert '<html lang="fr"' in page(french)

    check = client.get(reverse("mailing:letter_check", args=[letter.reference]))
    assert "Fix before anyone can approve" not in page(check)
    client.post(reverse("mailing:letter_test", args=[letter.reference]), {"to": officer.email, "n": 1})
    assert SystemMail.objects.get(purpose="plain").context["subject"].startswith("[Test] ")
    assert "You sent yourself a test of this version" in page(client.get(check.wsgi_request.path))

    review = reverse("mailing:letter_submit", args=[letter.reference])
    client.post(review, {"approver": approver.pk, "note": "The vote is on the 9th."})
    own = client.get(reverse("mailing:letter_approve", args=[letter.reference]))
    assert "You cannot approve your own letter" in page(own)
    assert "Approve 2 letters" not in page(own)

    client = sign_in(approver)
    reading = client.get(reverse("mailing:letter_approve", args=[letter.reference]))
    assert "The vote is on the 9th." in page(reading)
    assert "Approve 2 letters" in page(reading)
    decision = {"digest": hidden(reading, "digest"), "seen": hidden(reading, "seen")}
    client.post(reverse("mailing:letter_approval", args=[letter.reference]), decision)
    assert Mailing.objects.get().status == "approved"

    client = sign_in(officer)
    send = client.get(reverse("mailing:letter_send", args=[letter.reference]))
    assert "Send 2 letters" in page(send)
    sent = client.post(reverse("mailing:letter_send", args=[letter.reference]), {"when": "now"}, follow=True)
    assert "2 letters are scheduled" in page(sent)
    assert "Ilse Approver" in page(sent)
    undone = client.post(reverse("mailing:letter_undo", args=[letter.reference]), follow=True)
    assert "Undone: nothing has left." in page(undone)
    assert Mailing.objects.get().status == "draft"
    assert not Delivery.objects.exists()


@pytest.fixture
def underway(letter, member, officer, approver):
    """A letter to six people that is being sent: three accepted, one uncertain, one left out later, one waiting."""
    for number in range(6):
        member(given_name="Given", family_name=f"Family{number}")
    lifecycle.submit(letter, actor=officer, approver=approver)
    letter.refresh_from_db()
    lifecycle.approve(letter, actor=approver, digest=letter.review_digest)
    lifecycle.schedule(letter, actor=officer)
    Mailing.objects.filter(pk=letter.pk).update(scheduled_at=timezone.now() - timedelta(seconds=1))
    lifecycle.start_due()
    rows = list(Delivery.objects.filter(mailing=letter).order_by("pk"))
    Delivery.objects.filter(pk__in=[row.pk for row in rows[:3]]).update(status="sent", sent_at=timezone.now())
    Delivery.objects.filter(pk=rows[3].pk).update(
        status="uncertain", error_kind="outcome_unknown", error_detail="The connection broke."
    )
    Delivery.objects.filter(pk=rows[4].pk).update(status="skipped", skip_reason="objected", skipped_at=timezone.now())
    letter.refresh_from_db()
    return letter


def test_the_report_shows_every_letter_and_the_sum(underway, sign_in, officer):
    report = page(sign_in(officer).get(reverse("mailing:letter_report", args=[underway.reference])))
    assert "3 of 6 letters sent, 1 not known" in report
    assert "One letter may or may not have arrived" in report
    assert "The connection broke." in report
    assert "Asked us not to write" in report
    assert "Pause" in report


def test_pause_resume_and_stop_by_forms(underway, sign_in, officer):
    client = sign_in(officer)
    report = reverse("mailing:letter_report", args=[underway.reference])
    assert "Paused at 3 of 6." in page(client.post(report + "pause/", follow=True))
    assert "It goes on where it stopped" in page(client.post(report + "resumption/", follow=True))
    confirm = page(client.get(report + "stop/"))
    assert "4 already left, 1 will not be sent." in confirm
    assert "Stopped: 4 already left, 1 will not be sent." in page(client.post(report + "stop/", follow=True))
    assert Mailing.objects.get(pk=underway.pk).status == "cancelled"


def test_a_letter_that_is_not_known_is_settled_on_the_report(underway, sign_in, officer):
    client = sign_in(officer)
    row = Delivery.objects.get(status="uncertain")
    url = reverse("mailing:delivery_settle", args=[underway.reference, row.public_id])
    settled = page(client.post(url, {"decision": "treat_as_sent"}, follow=True))
    assert "Settled and written down." in settled
    assert "4 of 6 letters sent" in settled
    again = page(client.post(url, {"decision": "resend"}, follow=True))
    assert "Somebody has settled this letter already." in again


def test_the_letter_of_each_delivery_can_be_read(underway, sign_in, officer):
    client = sign_in(officer)
    row = Delivery.objects.filter(mailing=underway, status="sent").last()
    shown = page(client.get(reverse("mailing:delivery_letter", args=[underway.reference, row.public_id])))
    frame = reverse("mailing:delivery_message", args=[underway.reference, row.public_id])
    assert f'src="{frame}"' in shown
    assert row.context["salutation"] in page(client.get(frame))


def test_the_ledger_can_be_taken_away_as_csv_without_formulas(underway, sign_in, officer):
    Delivery.objects.filter(mailing=underway, status="sent").update(context={"name": "=cmd|' /C calc'!A0"})
    response = sign_in(officer).get(reverse("mailing:letter_ledger", args=[underway.reference]))
    rows = b"".join(response.streaming_content).decode().splitlines()
    assert rows[0].startswith("\ufeffpublic_id,name,email")
    assert len(rows) == 7
    assert any(",'=cmd" in row for row in rows)


def test_progress_answers_polls_and_stops_them_at_the_end(underway, sign_in, officer):
    client = sign_in(officer)
    url = reverse("mailing:letter_progress", args=[underway.reference])
    moving = client.get(url)
    assert moving.status_code == 200
    assert 'hx-trigger="every 2s"' in page(moving)
    lifecycle.stop_the_rest(underway, actor=officer)
    ended = client.get(url)
    assert ended.status_code == 286
    assert client.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "hx-trigger" not in page(ended)


def test_a_worker_that_is_silent_for_a_minute_is_said_in_red(underway, sign_in, officer):
    client = sign_in(officer)
    url = reverse("mailing:letter_progress", args=[underway.reference])
    assert "Nothing has moved" not in page(client.get(url))
    Mailing.objects.filter(pk=underway.pk).update(last_activity_at=timezone.now() - timedelta(seconds=61))
    assert "Nothing has moved for a minute: 3 of 6 sent." in page(client.get(url))
