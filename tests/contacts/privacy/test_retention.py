"""Personal data go when their time is over: each rule keeps what is young, takes what is old, and takes it once."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from accounts.models import AuditEvent
from config.celery import app
from contacts import consent
from contacts.models import Contact, ImportFile, ImportRun, Mandate, Note, Post, Subscription, Suppression
from contacts.retention import purge, rules
from mailing.models import IncomingMail, Reply
from tests.factories import ContactFactory, MandateFactory, MembershipFactory
from tests.letters import letter_being_sent
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


def run(*options):
    out = StringIO()
    call_command("purge_personal_data", *options, stdout=out)
    return out.getvalue()


def after(days):
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


def applied(rule):
    return purge()[rule]


def test_a_subscription_nobody_confirmed_goes_after_seven_days(news):
    asked, reader = ContactFactory(), ContactFactory()
    consent.ask(asked, news, source="subscribe page")
    consent.confirm(reader, news, source="confirm page")
    with after(6):
        assert applied("unconfirmed") == 0
    with after(8):
        assert applied("unconfirmed") == 1
        assert applied("unconfirmed") == 0
    assert list(Subscription.objects.values_list("contact", flat=True)) == [reader.pk]


def test_who_came_for_a_list_and_never_confirmed_goes_too_and_may_come_back(news):
    asked = ContactFactory(legal_basis="consent", email="asked@home.example")
    other = ContactFactory(legal_basis="consent")
    Note.objects.create(contact=other, author=_colleague(), text="Wants to speak at the conference.")
    consent.ask(asked, news, source="subscribe page")
    with after(8):
        found = purge()
        assert found["consent-alone"] == 1
        assert purge()["consent-alone"] == 0
    asked.refresh_from_db()
    assert asked.erased_at
    assert asked.email == ""
    assert not Suppression.objects.exists()
    other.refresh_from_db()
    assert other.erased_at is None


def test_notes_go_a_year_after_the_mandate_ended():
    sits, left = MandateFactory(), MandateFactory(ended_on=timezone.localdate())
    for mandate in (sits, left):
        Note.objects.create(contact=mandate.contact, author=_colleague(), text="Prefers the telephone.")
    stakeholder = Note.objects.create(contact=ContactFactory(), author=_colleague(), text="Chairs the institute.")
    with after(364):
        assert applied("notes") == 0
    with after(367):
        assert applied("notes") == 1
    assert set(Note.objects.values_list("pk", flat=True)) == {sits.contact.notes.get().pk, stakeholder.pk}


def test_notes_stay_while_a_second_mandate_lasts():
    first = MandateFactory(ended_on=date(2024, 7, 15), term=9)
    Mandate.objects.create(contact=first.contact, ep_id=first.ep_id, term=10, country="IE")
    Note.objects.create(contact=first.contact, author=_colleague(), text="Was here before.")
    with after(1000):
        assert applied("notes") == 0


def test_former_members_with_whom_nothing_passed_go_and_others_stay():
    gone, wrote_to, has_post, sits = (MandateFactory() for _n in range(4))
    for mandate in (gone, wrote_to, has_post):
        Mandate.objects.filter(pk=mandate.pk).update(ended_on=timezone.localdate())
    MembershipFactory(mandate=gone)
    letter_being_sent(1).deliveries.update(contact=wrote_to.contact)
    Post.objects.create(contact=has_post.contact, organisation=letter_being_sent(0).owner, title="Adviser")
    with after(729):
        assert applied("former-members") == 0
    with after(732):
        assert applied("former-members") == 1
    erased = Contact.objects.filter(erased_at__isnull=False)
    assert list(erased) == [gone.contact]
    assert not Suppression.objects.exists(), "who is elected again comes back with the next list"
    assert Contact.objects.get(pk=sits.contact.pk).erased_at is None


def test_what_an_import_replaced_goes_with_the_undo():
    run_ = ImportRun.objects.create(
        source="sheet",
        file_name="guests.csv",
        file_digest="d",
        as_of=timezone.localdate(),
        status="applied",
        counts={"changed": 1},
        changes=[{"contact": 1, "kind": "changed", "fields": {"country": ["", "IE"]}}],
    )
    with after(29):
        assert applied("undo-data") == 0
    with after(31):
        assert applied("undo-data") == 1
    run_.refresh_from_db()
    assert (run_.changes, run_.counts) == ([], {"changed": 1})


def test_the_days_of_the_undo_count_from_when_the_import_was_applied():
    run_ = ImportRun.objects.create(
        source="sheet",
        file_name="guests.csv",
        file_digest="d",
        as_of=timezone.localdate(),
        status="applied",
        changes=[{"contact": 1, "kind": "new"}],
        applied_at=timezone.now() + timedelta(days=20),  # Held for twenty days, then released.
    )
    with after(49):
        assert run_.can_be_taken_back
        assert applied("undo-data") == 0
    with after(51):
        assert not run_.can_be_taken_back
        assert applied("undo-data") == 1


def test_an_uploaded_file_goes_after_seven_days_and_its_import_is_given_up():
    run_ = ImportRun.objects.create(
        source="sheet", file_name="g.csv", file_digest="d", as_of=timezone.localdate(), status="uploaded"
    )
    ImportFile.objects.create(run=run_, data=b"name;email")
    with after(6):
        assert applied("import-files") == 0
    with after(8):
        assert applied("import-files") == 1
    run_.refresh_from_db()
    assert run_.status == "discarded"
    assert not ImportFile.objects.exists()


def test_mails_of_the_system_are_emptied_after_30_days():
    sent = {"status": "sent", "sent_at": timezone.now(), "context": {"name": "Ana"}}
    SystemMail.objects.create(purpose="invitation", to="ana@platform.example", dedupe_key="a", **sent)
    with after(29):
        assert applied("system-mail") == 0
    with after(31):
        assert applied("system-mail") == 1
    mail = SystemMail.objects.get()
    assert (mail.to, mail.context) == ("", {})


def test_returned_mail_is_emptied_after_30_days_and_strangers_answers_after_90():
    now = timezone.now()
    IncomingMail.objects.create(source="imap", dedupe_key="1", raw=b"bounce", kind="dsn", handled_at=now)
    stray = IncomingMail.objects.create(source="imap", dedupe_key="2", raw=b"hello", kind="reply", handled_at=now)
    Reply.objects.create(mail=stray, from_email="who@home.example", text="Who are you?", received_at=now)
    with after(29):
        assert applied("incoming-mail") == 0
    with after(31):
        found = purge()
        assert (found["incoming-mail"], found["stray-replies"]) == (1, 0)
    with after(91):
        assert applied("stray-replies") == 1
        assert applied("stray-replies") == 0
    assert not IncomingMail.objects.exclude(raw=b"").exists()
    assert Reply.objects.get().text == ""


def test_a_dry_run_counts_and_changes_nothing(news):
    consent.ask(ContactFactory(), news, source="subscribe page")
    with after(8):
        found = json.loads(run("--dry-run", "--json"))
        assert found["dry_run"] is True
        assert {row["rule"]: row["rows"] for row in found["rules"]}["unconfirmed"] == 1
        assert {row["rule"] for row in found["rules"]} == {rule.name for rule in rules()}
        assert Subscription.objects.count() == 1
        assert "Subscriptions nobody confirmed (after 7 days)" in run()
    assert Subscription.objects.count() == 0
    sentence = AuditEvent.objects.get().sentence
    assert sentence == "applied the retention rule “unconfirmed” to 1 rows"


def test_the_days_are_settings(settings, news):
    settings.KEEP_UNCONFIRMED_DAYS = 2
    consent.ask(ContactFactory(), news, source="subscribe page")
    with after(3):
        assert applied("unconfirmed") == 1


def test_beat_applies_them_every_night():
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert tasks >= {"contacts.tasks.purge_personal_data", "contacts.tasks.export_suppressions"}


def _colleague():
    from tests.factories import UserFactory

    return UserFactory()
