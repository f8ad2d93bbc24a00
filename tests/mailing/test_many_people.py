"""Very many people: pages read no more than they show, letters stay countable, newsletters are approved on rules."""

import pytest
from django.urls import reverse

from contacts import consent
from contacts.models import ContactList, people
from mailing import audience, checklist, lifecycle
from mailing.lifecycle import LifecycleError, Moved
from mailing.models import AudienceRule, Delivery, DeliveryChunk, Mailing

pytestmark = pytest.mark.django_db


@pytest.fixture
def low_limit(monkeypatch):
    monkeypatch.setattr(people, "MOST_COUNTED", 3)


@pytest.fixture
def newsletter(letter):
    news = ContactList.objects.create(name="Road Notes")
    Mailing.objects.filter(pk=letter.pk).update(kind=Mailing.Kind.NEWSLETTER, contact_list=news)
    letter.refresh_from_db()
    return letter


@pytest.fixture
def reader(member, newsletter):
    """Makes an MEP who has confirmed the newsletter's list."""

    def make(**fields):
        person = member(**fields)
        consent.confirm(person, newsletter.contact_list, source="confirm page")
        return person

    return make


def test_the_audience_page_reads_the_first_and_says_that_there_are_more(low_limit, letter, member, sign_in, officer):
    for _number in range(6):
        member()
    page = sign_in(officer).get(reverse("mailing:letter_audience", args=[letter.reference])).content.decode()
    assert "3+ people match." in page
    assert "counted among the first 3" in page


def test_the_list_of_people_goes_as_far_as_a_page(low_limit, letter, member):
    for _number in range(6):
        member()
    assert len(audience.listed(letter)) == 3


def test_a_letter_to_very_many_is_refused_by_the_checklist(low_limit, letter, member, officer, approver):
    for _number in range(4):
        member()
    assert "too many for a letter" in checklist.run(letter).blocking[0].title
    with pytest.raises(LifecycleError, match="too many for a letter"):
        lifecycle.submit(letter, actor=officer, approver=approver)


def test_a_letter_whose_people_became_very_many_is_not_approved(low_limit, letter, member, officer, approver):
    member()
    row = lifecycle.submit(letter, actor=officer, approver=approver)
    for _number in range(4):
        member()
    with pytest.raises(Moved):
        lifecycle.approve(row, actor=approver, digest=row.review_digest)
    assert not Delivery.objects.filter(mailing=letter).exists()


def test_a_newsletter_is_approved_on_its_rules_and_their_exact_number(low_limit, newsletter, reader, officer, approver):
    for _number in range(5):
        reader()
    row = lifecycle.submit(newsletter, actor=officer, approver=approver)
    assert (row.matched, row.recipients) == (5, 5)
    approved = lifecycle.approve(row, actor=approver, digest=row.review_digest)
    assert approved.recipients == 5
    # Its rows are written when it starts.
    assert not Delivery.objects.filter(mailing=newsletter).exists()


def test_another_rule_or_another_text_withdraws_what_was_read(newsletter, reader, officer, approver):
    reader()
    row = lifecycle.submit(newsletter, actor=officer, approver=approver)
    AudienceRule.objects.create(mailing=row, effect="exclude", written_to_within_days=3)
    with pytest.raises(Moved):
        lifecycle.approve(row, actor=approver, digest=row.review_digest)
    AudienceRule.objects.filter(written_to_within_days=3).delete()
    row.contents.update(subject="Another")
    with pytest.raises(Moved):
        lifecycle.approve(row, actor=approver, digest=row.review_digest)


@pytest.mark.parametrize(("more", "is_approved"), [(1, True), (2, False)])
def test_a_newsletters_number_may_move_by_a_tenth(newsletter, reader, officer, approver, more, is_approved):
    for _number in range(10):
        reader()
    row = lifecycle.submit(newsletter, actor=officer, approver=approver)
    for _number in range(more):
        reader()
    if is_approved:
        # The number that was read stays: the start is compared with it.
        assert lifecycle.approve(row, actor=approver, digest=row.review_digest, seen=10).recipients == 10
    else:
        with pytest.raises(Moved, match="10 then, 12 now"):
            lifecycle.approve(row, actor=approver, digest=row.review_digest, seen=12)


def test_the_number_that_the_page_sends_does_not_count_for_a_newsletter(newsletter, reader, officer, approver):
    reader()
    row = lifecycle.submit(newsletter, actor=officer, approver=approver)
    for _number in range(9):
        reader()
    forged = lifecycle.audience_digest_of(row, lifecycle.reading_digest(row)[1])
    with pytest.raises(Moved):
        lifecycle.approve(row, actor=approver, digest=forged, seen=10)


def test_the_ids_of_a_newsletter_follow_the_contacts_and_those_of_a_letter_their_names(newsletter, reader):
    first, second = reader(family_name="Zeta"), reader(family_name="Alpha")
    audience.freeze(newsletter)
    rows = Delivery.objects.filter(mailing=newsletter).order_by("pk")
    assert list(rows.values_list("contact_id", flat=True)) == [first.pk, second.pk]


def test_taking_back_an_approved_newsletter_leaves_no_row(newsletter, reader, officer, approver):
    reader()
    row = lifecycle.submit(newsletter, actor=officer, approver=approver)
    approved = lifecycle.approve(row, actor=approver, digest=row.review_digest)
    lifecycle.withdraw(approved, actor=officer)
    assert not Delivery.objects.filter(mailing=newsletter).exists()
    assert not DeliveryChunk.objects.filter(mailing=newsletter).exists()
