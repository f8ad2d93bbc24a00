"""The audience is frozen in one statement: everybody matched is a row, once, with the reason or the letter."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from contacts.models import Contact, Suppression
from contacts.suppression import suppress
from mailing import audience
from mailing.models import AudienceRule, Delivery, DeliveryChunk
from tests.factories import MailingContentFactory, MailingFactory

pytestmark = pytest.mark.django_db


def reasons(mailing):
    return {row.contact_id: row.skip_reason for row in Delivery.objects.filter(mailing=mailing)}


def test_everybody_matched_becomes_one_row(letter, member):
    people = [member(), member(committee="LIBE FEMM"), member(role="substitute")]
    assert audience.freeze(letter) == (2, 2)
    assert set(reasons(letter)) == {people[0].pk, people[1].pk}
    letter.refresh_from_db()
    assert (letter.matched, letter.recipients) == (2, 2)
    assert letter.frozen_at is not None


def test_several_rules_that_match_one_person_make_one_letter(letter, member):
    person = member()
    AudienceRule.objects.create(mailing=letter, contact=person)
    AudienceRule.objects.create(mailing=letter, criteria={"country": ["IE"]})
    assert audience.freeze(letter) == (1, 1)


def test_each_reason_to_leave_somebody_out_is_written_down(letter, member):
    fine, gone, objected, no_address = member(), member(), member(), member(email="")
    excluded, written, erased = member(), member(), member()
    suppress(gone, reason=Suppression.Reason.HARD_BOUNCE)
    suppress(objected, scope="letters", reason=Suppression.Reason.OBJECTION)
    AudienceRule.objects.create(mailing=letter, effect="exclude", contact=excluded)
    AudienceRule.objects.create(mailing=letter, effect="exclude", written_to_within_days=14)
    AudienceRule.objects.create(mailing=letter, contact=erased)
    Contact.objects.filter(pk=erased.pk).update(
        erased_at=timezone.now(), email="", email_key=None, given_name="", family_name="", sort_key=""
    )
    before = MailingFactory()
    Delivery.objects.create(
        mailing=before, contact=written, language="en", status="sent", sent_at=timezone.now(), queued_at=timezone.now()
    )
    assert audience.freeze(letter) == (7, 1)
    assert reasons(letter) == {
        fine.pk: "",
        gone.pk: "suppressed",
        objected.pk: "objected",
        no_address.pk: "no_address",
        excluded.pk: "excluded",
        written.pk: "courtesy_cap",
        erased.pk: "erased",
    }


def test_an_address_that_two_people_share_gets_one_letter(letter, member):
    first, second = member(), member()
    # No page can make this; a row written past the model can.
    Contact.objects.filter(pk=second.pk).update(email_digest=first.email_digest)
    assert audience.freeze(letter) == (2, 1)
    assert reasons(letter) == {first.pk: "", second.pk: "duplicate"}


def test_of_two_people_with_one_address_an_excluded_one_does_not_count(letter, member):
    first, second = member(), member()
    Contact.objects.filter(pk=second.pk).update(email_digest=first.email_digest)
    AudienceRule.objects.create(mailing=letter, effect="exclude", contact=first)
    audience.freeze(letter)
    assert reasons(letter) == {first.pk: "excluded", second.pk: ""}


def test_somebody_written_to_before_the_courtesy_window_gets_the_letter(letter, member):
    person = member()
    AudienceRule.objects.create(mailing=letter, effect="exclude", written_to_within_days=14)
    Delivery.objects.create(
        mailing=MailingFactory(),
        contact=person,
        language="en",
        status="sent",
        sent_at=timezone.now() - timedelta(days=15),
        queued_at=timezone.now(),
    )
    assert audience.freeze(letter) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "language", "salutation", "closing"),
    [
        ({"country": "IE", "gender": "F"}, "en", "Dear Ms Besson,", "Yours sincerely,"),
        (
            {"country": "FR", "gender": "F"},
            "fr",
            "Madame la Députée,",
            "Veuillez agréer, Madame la Députée, nos salutations.",
        ),
        (
            {"country": "FR", "gender": "M"},
            "fr",
            "Monsieur le Député,",
            "Veuillez agréer, Monsieur le Député, nos salutations.",
        ),
        (
            {"country": "FR", "gender": "X"},
            "fr",
            "Madame, Monsieur,",
            "Veuillez agréer, Madame, Monsieur, nos salutations.",
        ),
        ({"country": "DE", "gender": "M"}, "de", "Guten Tag Claire Besson,", "Mit freundlichen Grüßen"),
        (
            {"country": "IE", "gender": "X", "language": "fr"},
            "fr",
            "Madame, Monsieur,",
            "Veuillez agréer, Madame, Monsieur, nos salutations.",
        ),
        ({"country": "IT", "gender": "F"}, "en", "Dear Ms Besson,", "Yours sincerely,"),
        ({"country": "PL", "gender": "X"}, "en", "Dear Claire Besson,", "Yours sincerely,"),
    ],
)
def test_each_letter_has_the_language_and_salutation_of_its_reader(
    letter, member, fields, language, salutation, closing
):
    for code in ("fr", "de"):
        MailingContentFactory(mailing=letter, language=code)
    MailingContentFactory(mailing=letter, language="it", is_reviewed=False)
    member(given_name="Claire", family_name="Besson", **fields)
    audience.freeze(letter)
    row = Delivery.objects.get(mailing=letter)
    assert (row.language, row.context["salutation"], row.context["closing"]) == (language, salutation, closing)


def test_the_merge_values_are_frozen_with_codes_for_country_group_and_committees(letter, member):
    member(given_name="Aoife", family_name="Brennan", committee="LIBE FEMM", group="RENEW")
    audience.freeze(letter)
    context = Delivery.objects.get(mailing=letter).context
    assert sorted(context["committees"]) == ["FEMM", "LIBE"]
    assert {key: context[key] for key in ("given_name", "family_name", "name", "country", "group")} == {
        "given_name": "Aoife",
        "family_name": "Brennan",
        "name": "Aoife Brennan",
        "country": "IE",
        "group": "RENEW",
    }


def test_a_substitute_and_somebody_without_a_seat_have_their_own_lists(letter, member):
    substitute, plain = member(role="substitute"), member(committee="")
    for person in (substitute, plain):
        AudienceRule.objects.create(mailing=letter, contact=person)
    audience.freeze(letter)
    found = {row.contact_id: row.context["committees"] for row in Delivery.objects.filter(mailing=letter)}
    assert found == {substitute.pk: ["LIBE"], plain.pk: []}


def test_what_was_previewed_is_what_is_frozen(letter, member):
    MailingContentFactory(mailing=letter, language="fr")
    people = [
        member(country="FR" if number % 3 else "IE", email="" if number == 5 else f"m{number}@parliament.example")
        for number in range(12)
    ]
    AudienceRule.objects.create(mailing=letter, effect="exclude", contact=people[0])
    seen = audience.preview(letter)
    contexts = dict(audience.with_context(letter).values_list("pk", "context"))
    assert audience.freeze(letter) == (seen.matched, seen.recipients) == (12, 10)
    assert sum(seen.left_out.values()) == seen.left_out_total == 2
    assert sum(count for _wanted, _given, count in seen.by_language) == seen.recipients
    frozen = Delivery.objects.filter(mailing=letter).exclude(status="skipped").order_by("pk")
    assert list(frozen.values_list("contact_id", "email_key", "language")) == seen.recipient_keys
    assert {row.contact_id: row.context for row in frozen} == {
        pk: contexts[pk] for pk, _key, _language in seen.recipient_keys
    }


def test_every_delivery_has_its_own_public_id_and_lies_in_a_chunk(letter, member):
    for _number in range(25):
        member()
    audience.freeze(letter)
    rows = Delivery.objects.filter(mailing=letter)
    assert rows.values("public_id").distinct().count() == 25
    ranges = list(DeliveryChunk.objects.filter(mailing=letter).values_list("lo", "hi"))
    assert all(any(lo <= row.pk <= hi for lo, hi in ranges) for row in rows)


def test_a_freeze_that_breaks_leaves_nothing(letter, member, monkeypatch):
    member()

    def break_down(mailing_id):
        raise IntegrityError("the disk is full")

    monkeypatch.setattr(audience, "make_chunks", break_down)
    with pytest.raises(IntegrityError):
        audience.freeze(letter)
    letter.refresh_from_db()
    assert not Delivery.objects.exists()
    assert letter.frozen_at is None


def test_nobody_left_out_keeps_an_address_in_the_ledger(letter, member):
    person = member()
    suppress(person, reason=Suppression.Reason.HARD_BOUNCE)
    audience.freeze(letter)
    row = Delivery.objects.get(mailing=letter)
    assert (row.email, row.email_key, row.status, row.skipped_at) == (None, None, "skipped", None)


@pytest.mark.only_postgresql
def test_the_shared_addresses_are_looked_for_once_whatever_the_planner_believes(letter, member):
    member()
    plans = []

    def explained(execute, sql, params, many, context):
        if sql.startswith("WITH "):
            with connection.cursor() as cursor:
                cursor.cursor.execute("EXPLAIN " + sql, params)
                plans.append("\n".join(row[0] for row in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        assert audience.freeze(letter) == (1, 1)
    (plan,) = plans
    first = re.search(r"InitPlan \d+ .*\n +->  (Group|Hash)Aggregate.*\n(.*\n)?.*Filter: \(count\(\*\) > 1\)", plan)
    assert first, plan
    assert plan.count("Filter: (count(*) > 1)") == 1
