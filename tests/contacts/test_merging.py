"""Making one person of two rows: all that led to the one leads to the other, nothing is lost and nothing is made up."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import IntegrityError, models
from django.urls import reverse
from django.utils import timezone

from accounts.append_only import TABLES
from accounts.models import AuditEvent
from contacts import merging
from contacts.merging import FIELDS, Refused, merge, relations, rows_of, why_not
from contacts.models import (
    ConsentRecord,
    Contact,
    ContactList,
    Interaction,
    Merge,
    Note,
    NotSame,
    Organisation,
    PersonCorrection,
    Post,
    Segment,
    SegmentPick,
    Subscription,
    Suppression,
    Tag,
)
from contacts.models.merges import ids_of_person
from contacts.suppression import suppress
from mailing.models import AudienceRule, Delivery
from tests.factories import ContactFactory, MailingFactory, MandateFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
KEEP = dict.fromkeys(FIELDS, "one")


@pytest.fixture
def ana():
    return ContactFactory(given_name="Ana", family_name="Horvat", country="HR", email="ana@parliament.example")


@pytest.fixture
def twin():
    return ContactFactory(given_name="Horvat", family_name="Ana", country="HR", email="ho@office.example", phone="+385")


def delivery(person, mailing, **fields):
    values = {"email": person.email, "email_key": person.email_key, "language": "en", "queued_at": timezone.now()}
    sent = {"status": "sent", "sent_at": timezone.now()}
    return Delivery.objects.create(mailing=mailing, contact=person, **(values | sent | fields))


def frozen(status="finished", **fields):
    now = timezone.now()
    times = {"approved_at": now, "frozen_at": now, "started_at": now, "scheduled_at": now}
    return MailingFactory(
        status=status,
        finished_at=now if status == "finished" else None,
        approver=UserFactory(role="approver"),
        **times,
        **fields,
    )


def test_everything_that_led_to_the_one_leads_to_the_other(ana, twin, officer):
    mandate = MandateFactory(contact=twin, ended_on=dt.date(2024, 7, 15))
    MembershipFactory(mandate=mandate, ended_on=dt.date(2024, 7, 15))
    Post.objects.create(contact=twin, organisation=Organisation.objects.create(name="Council"))
    Note.objects.create(contact=twin, author=officer, text="Prefers short letters.")
    Interaction.objects.create(contact=twin, kind="call", at=timezone.now(), by=officer)
    thrown = Interaction.objects.create(contact=twin, kind="call", at=timezone.now(), deleted_at=timezone.now())
    AudienceRule.objects.create(mailing=MailingFactory(), contact=twin)
    sent = delivery(twin, frozen())
    twin.tags.add(Tag.objects.create(name="press"))
    outcome = merge(ana, twin, KEEP, actor=officer)
    assert rows_of(twin) == {"contacts.Merge": 1}
    assert outcome.stayed == {}
    assert outcome.moved == Merge.objects.get().moved
    assert outcome.moved["mailing.Delivery"] == 1
    assert ana.mandates.get().memberships.count() == 1
    sent.refresh_from_db()
    assert (sent.contact, sent.email, sent.status) == (ana, "ho@office.example", "sent")
    assert Interaction.all_objects.get(pk=thrown.pk).contact == ana
    assert [tag.name for tag in ana.tags.all()] == ["press"]
    assert "merged two contacts into one and moved 8 rows" in {event.sentence for event in AuditEvent.objects.all()}


def test_the_losing_row_is_out_of_every_list_and_its_link_leads_to_the_other(ana, twin, approver, client):
    merge(ana, twin, KEEP, actor=approver)
    shell = Contact.objects.get(pk=twin.pk)
    assert (shell.name, shell.email, shell.phone, shell.email_key) == ("", "", "", None)
    assert list(Contact.objects.living().filter(pk__in=[ana.pk, twin.pk])) == [ana]
    client.force_login(approver)
    answer = client.get(reverse("contacts:person_detail", args=[twin.public_id]))
    assert answer["Location"] == reverse("contacts:person_detail", args=[ana.public_id])


def test_the_values_that_are_chosen_stay_and_count_as_set_by_hand(ana, twin, officer):
    merge(ana, twin, KEEP | {"email": "other", "phone": "other"}, actor=officer)
    old = ana.email_digest
    ana.refresh_from_db()
    assert (ana.name, ana.email, ana.phone) == ("Ana Horvat", "ho@office.example", "+385")
    assert {row.field for row in PersonCorrection.objects.filter(contact=ana)} == {"email", "phone"}
    assert Contact.objects.get(pk=twin.pk).email_digest == old, "the hash of the address that nobody has now"


@pytest.mark.parametrize(
    ("mine", "theirs", "kept"),
    [
        ("active", "unsubscribed", "unsubscribed"),
        ("unsubscribed", "active", "unsubscribed"),
        ("pending", "active", "active"),
        ("active", "pending", "active"),
        (None, "active", "active"),
    ],
)
def test_who_left_a_list_has_left_it(ana, twin, officer, mine, theirs, kept):
    news = ContactList.objects.create(name="News")
    now = timezone.now()
    for person, status in [(ana, mine), (twin, theirs)]:
        if status:
            times = {"confirmed_at": now if status == "active" else None}
            times["unsubscribed_at"] = now if status == "unsubscribed" else None
            Subscription.objects.create(contact=person, contact_list=news, status=status, **times)
    merge(ana, twin, KEEP, actor=officer)
    assert Subscription.objects.get().status == kept
    assert Subscription.objects.get().contact == ana


@pytest.mark.parametrize("chosen", ["one", "other"])
def test_who_objected_at_one_address_is_not_written_to_at_the_other(ana, twin, officer, chosen):
    suppress(twin if chosen == "one" else ana, reason="objection")
    merge(ana, twin, KEEP | {"email": chosen}, actor=officer)
    ana.refresh_from_db()
    assert Suppression.objects.filter(email_digest=ana.email_digest, scope="all", reason="objection").exists()


def test_a_mailbox_that_is_gone_says_nothing_of_the_other_mailbox(ana, twin, officer):
    suppress(twin, reason="hard_bounce")
    merge(ana, twin, KEEP, actor=officer)
    assert not Suppression.objects.filter(email_digest=ana.email_digest).exists()


def test_two_letters_of_one_mailing_stay_two_in_its_ledger(ana, twin, officer):
    mailing = frozen()
    rows = [delivery(ana, mailing), delivery(twin, mailing)]
    before = list(Delivery.objects.order_by("pk").values_list("email", "status", "sent_at"))
    outcome = merge(ana, twin, KEEP, actor=officer)
    assert outcome.stayed == {"mailing.Delivery": 1}
    assert list(Delivery.objects.order_by("pk").values_list("email", "status", "sent_at")) == before
    assert [row.contact_id for row in Delivery.objects.order_by("pk")] == [ana.pk, twin.pk]
    assert Delivery.objects.filter(contact__in=ids_of_person(ana)).count() == len(rows)


@pytest.mark.parametrize("status", ["approved", "scheduled", "sending", "paused"])
def test_nobody_is_merged_while_a_letter_to_them_is_on_its_way(ana, twin, officer, status):
    mailing = frozen(status)
    delivery(twin, mailing)
    with pytest.raises(Refused, match=f"{mailing.reference} is on its way"):
        merge(ana, twin, KEEP, actor=officer)
    assert Contact.objects.living().filter(pk__in=[ana.pk, twin.pk]).count() == 2


def test_two_sitting_members_are_never_one(ana, twin, officer):
    MandateFactory(contact=ana, ep_id=1)
    other = MandateFactory(contact=twin, ep_id=2)
    with pytest.raises(Refused, match="a number for each"):
        merge(ana, twin, KEEP, actor=officer)
    other.ep_id = 1
    with pytest.raises(IntegrityError):
        other.save()


def test_the_same_member_with_two_mandates_is_one(ana, twin, officer):
    MandateFactory(contact=ana, ep_id=1)
    MandateFactory(contact=twin, ep_id=1, term=9, ended_on=dt.date(2024, 7, 15))
    assert why_not(ana, twin) == ""
    merge(ana, twin, KEEP, actor=officer)
    assert ana.mandates.count() == 2


def test_secrecy_wins(ana, twin, officer):
    Contact.objects.filter(pk=twin.pk).update(is_confidential=True)
    merge(ana, twin, KEEP, actor=officer)
    ana.refresh_from_db()
    assert ana.is_confidential


def test_who_was_left_out_of_a_segment_by_hand_stays_out(ana, twin, officer):
    segment = Segment.objects.create(name="All", criteria={})
    SegmentPick.objects.create(segment=segment, contact=ana, effect="include")
    SegmentPick.objects.create(segment=segment, contact=twin, effect="exclude")
    merge(ana, twin, KEEP, actor=officer)
    assert SegmentPick.objects.get().effect == "exclude"
    assert SegmentPick.objects.get().contact == ana


def test_remarks_that_they_are_two_follow_or_go(ana, twin, officer):
    third = ContactFactory()
    NotSame.objects.create(one=ana, other=twin)
    NotSame.objects.create(one=twin, other=third)
    merge(ana, twin, KEEP, actor=officer)
    assert [(row.one_id, row.other_id) for row in NotSame.objects.all()] == [(ana.pk, third.pk)]


def test_a_correction_follows_only_what_it_corrected(ana, twin, officer):
    PersonCorrection.objects.create(contact=twin, field="country", value="HR", by=officer)
    PersonCorrection.objects.create(contact=twin, field="family_name", value="Ana", by=officer)
    merge(ana, twin, KEEP, actor=officer)
    assert {row.field for row in PersonCorrection.objects.all()} == {"country"}


def test_the_proof_of_consent_stays_as_it_was_written(ana, twin, officer):
    proof = ConsentRecord.objects.create(contact=twin, email_digest=twin.email_digest, action="asked", wording="Yes")
    outcome = merge(ana, twin, KEEP, actor=officer)
    assert ConsentRecord.objects.get().contact_id == proof.contact_id == twin.pk
    assert outcome.stayed == {"contacts.ConsentRecord": 1}


def test_merging_again_leads_to_the_last(ana, twin, officer, client):
    merge(ana, twin, KEEP, actor=officer)
    last = ContactFactory()
    merge(last, ana, KEEP, actor=officer)
    client.force_login(officer)
    for row in [ana, twin]:
        answer = client.get(reverse("contacts:person_detail", args=[row.public_id]))
        assert answer["Location"] == reverse("contacts:person_detail", args=[last.public_id])


def test_nobody_is_merged_twice_or_with_themselves(ana, twin, officer):
    with pytest.raises(Refused, match="one person already"):
        merge(ana, ana, KEEP, actor=officer)
    merge(ana, twin, KEEP, actor=officer)
    with pytest.raises(Refused, match="erased or merged"):
        merge(ana, twin, KEEP, actor=officer)
    assert Merge.objects.count() == 1
    Contact.objects.filter(pk=(gone := ContactFactory()).pk).delete()
    with pytest.raises(Refused, match="no longer there"):
        merge(ana, gone, KEEP, actor=officer)


def test_a_failure_in_the_middle_changes_nothing(ana, twin, officer, monkeypatch):
    Note.objects.create(contact=twin, author=officer, text="x")
    monkeypatch.setattr(merging, "_keep_suppressed", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        merge(ana, twin, KEEP, actor=officer)
    assert rows_of(twin) == {"contacts.Note": 1}
    assert Contact.objects.living().filter(pk__in=[ana.pk, twin.pk]).count() == 2


def test_no_table_that_points_to_a_contact_is_forgotten():
    pointing = {
        (relation.related_model, relation.field.name)
        for relation in Contact._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and isinstance(relation.field, models.ForeignKey)
    }
    assert {(model, column.name) for model, column in relations()} == pointing
    assert {"contacts.Contact_tags", "mailing.Delivery", "mailing.Reply"} < {m._meta.label for m, _c in relations()}


def test_a_model_that_comes_later_moves_too(ana, twin, officer, monkeypatch):
    """A table nobody wrote a rule for, with one row of each person that cannot stand beside the other's."""

    class Later(models.Model):  # noqa: DJ008 - never shown
        contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
        word = models.CharField(max_length=10)

        class Meta:
            app_label = "contacts"
            managed = False
            db_table = "contacts_later"
            unique_together = (("contact", "word"),)

    try:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE contacts_later "
                "(id integer PRIMARY KEY, contact_id bigint, word varchar(10), UNIQUE (contact_id, word))"
            )
        for pk, (person, word) in enumerate([(ana, "both"), (twin, "both"), (twin, "own")]):
            Later.objects.create(pk=pk, contact=person, word=word)
        outcome = merge(ana, twin, KEEP, actor=officer)
        assert sorted(Later.objects.filter(contact=ana).values_list("word", flat=True)) == ["both", "own"]
        assert outcome.stayed == {"contacts.Later": 1}
    finally:
        del apps.all_models["contacts"]["later"]
        apps.clear_cache()


def test_append_only_tables_are_known_before_they_are_touched():
    assert ConsentRecord._meta.db_table in TABLES
