"""The checklist says what blocks, what is worth a look, and where each is put right."""

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact, Organisation, Salutation
from mailing import checklist, lifecycle, paper_checks
from mailing.lifecycle import LifecycleError
from mailing.models import AudienceRule, Delivery, Mailing, MailingContent
from tests.factories import ContactFactory, MailingContentFactory, MailingFactory

pytestmark = pytest.mark.django_db


def lines(mailing):
    found = checklist.run(Mailing.objects.get(pk=mailing.pk))
    return {item.key: item for item in found.items}, found


def test_a_letter_in_order_blocks_nothing(letter, member):
    member()
    found = lines(letter)[1]
    assert found.blocking == []
    assert {item.key for item in found.fine} >= {"text", "people", "empty", "sender", "size", "language", "salutation"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"is_reviewed": False}, "not marked as reviewed"),
        ({"subject": ""}, "is not written"),
        ({"body": ""}, "is not written"),
    ],
)
def test_a_source_text_that_is_not_ready_blocks(letter, member, change, sentence):
    member()
    MailingContent.objects.update(**change)
    item = lines(letter)[0]["text"]
    assert item.tone == "bad"
    assert sentence in item.title
    assert item.url.endswith("/write/?lang=en")


def test_an_empty_audience_blocks_and_says_why(letter):
    item = lines(letter)[0]["people"]
    assert (item.tone, item.title) == ("bad", "Nobody gets this letter")
    assert item.detail


def test_an_audience_that_is_left_out_as_a_whole_says_so(letter, member):
    member(email="")
    assert lines(letter)[0]["people"].detail == "1 matched, and all of them are left out. Why: No address (1)."


def test_a_field_that_is_empty_for_somebody_blocks_with_its_name_and_the_count(letter, member):
    member(group="RENEW")
    member()
    member()
    MailingContent.objects.update(body="<p>{{ salutation }} of {{ group }}</p>")
    item = lines(letter)[0]["empty"]
    assert (item.tone, item.title) == ("bad", "Political group is empty in 2 letters")
    MailingContent.objects.update(body='<p>{{ salutation }} of {{ group | default: "your group" }}</p>')
    assert lines(letter)[0]["empty"].tone == "ok"


def test_a_field_of_the_letter_that_is_empty_blocks(letter, member):
    member()
    MailingContent.objects.update(body="<p>{{ statement_link }}</p>")
    assert lines(letter)[0]["empty"].title == "Link to the statement is empty in 1 letter"


def test_a_salutation_nobody_has_blocks(letter, member):
    member()
    Salutation.objects.all().delete()
    assert "Salutation is empty" in lines(letter)[0]["empty"].title


def test_an_unknown_field_in_a_row_from_elsewhere_blocks(letter, member):
    member()
    MailingContent.objects.update(body="<p>{{ famly_name }}</p>")
    item = lines(letter)[0]["field"]
    assert item.tone == "bad"
    assert "Did you mean family_name?" in item.detail


def test_a_letter_above_a_hundred_kilobytes_blocks(letter, member):
    member()
    MailingContent.objects.update(body="<p>" + "word " * 25_000 + "</p>")
    assert lines(letter)[0]["size"].tone == "bad"


def test_people_who_read_another_language_are_counted(letter, member):
    member(country="FR")
    member(country="FR")
    member(country="IE")
    item = lines(letter)[0]["language"]
    assert item.tone == "warn"
    assert item.title == "2 people get the English letter instead of their own language"
    assert item.action == "Add French"
    MailingContentFactory(mailing=letter, language="fr", is_reviewed=False)
    assert lines(letter)[0]["language"].action == "Review French"


def test_people_who_heard_from_us_lately_are_counted(letter, member):
    person = member()
    member()
    Delivery.objects.create(
        mailing=MailingFactory(),
        contact=person,
        language="en",
        status="sent",
        sent_at=timezone.now(),
        queued_at=timezone.now(),
    )
    assert lines(letter)[0]["recent"].title.startswith("1 of them heard from us")


def test_unchecked_salutations_and_guessed_names_are_worth_a_look(letter, member):
    person = member()
    Salutation.objects.filter(language="en").update(is_checked=False)
    Contact.objects.filter(pk=person.pk).update(family_name_is_guessed=True)
    found = lines(letter)[0]
    assert "English" in found["salutation"].title
    assert found["names"].title == "1 family name was worked out from capitals"


def test_a_test_of_an_older_version_does_not_count(letter, member):
    member()
    assert lines(letter)[0]["test"].title == "No test was sent yet"
    Mailing.objects.update(tested_version=1, version=1)
    assert lines(letter)[0]["test"].tone == "ok"
    Mailing.objects.update(version=2)
    assert lines(letter)[0]["test"].title == "No test since the last change"


def register_line(letter, number):
    Organisation.objects.filter(is_platform=True).update(transparency_register_id=number)
    return lines(letter)[0]["register"]


def test_a_letter_to_the_parliament_needs_the_register_number_or_the_words(letter, member, officer, approver):
    member()
    assert register_line(letter, "153882995425-37").tone == "ok"
    assert register_line(letter, "not registered").tone == "warn"
    missing = register_line(letter, "")
    assert (missing.tone, missing.url) == ("bad", reverse("mailing:sender_list"))
    with pytest.raises(LifecycleError, match="No Transparency Register number is set"):
        lifecycle.submit(letter, actor=officer, approver=approver)


def test_an_address_at_an_eu_institution_is_enough_and_others_need_no_number(letter, monkeypatch):
    monkeypatch.setattr(paper_checks, "EU_DOMAIN", "institution.example")
    letter.audience_rules.all().delete()
    person = ContactFactory(email="clerk@ministry.example")
    AudienceRule.objects.create(mailing=letter, contact=person)
    assert register_line(letter, "").tone == "warn"
    person.email = "clerk@council.institution.example"
    person.save()
    assert register_line(letter, "").tone == "bad"


def test_sample_text_is_marked(letter, member):
    member()
    Mailing.objects.update(is_sample=True)
    assert lines(letter)[0]["sample"].tone == "warn"


def test_an_empty_rule_matches_nobody(letter):
    AudienceRule.objects.update(criteria={})
    assert lines(letter)[1].preview.matched == 0
