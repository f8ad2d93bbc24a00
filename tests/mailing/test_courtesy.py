"""The courtesy cap: nobody gets more letters than an organisation allows, whoever approves and when."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from contacts.models import Organisation
from mailing import audience, courtesy, lifecycle
from mailing.courtesy import Allowed
from mailing.lifecycle import Moved
from mailing.models import AudienceRule, CourtesyCap, Delivery, Mailing
from tests.factories import MailingContentFactory, MailingFactory

pytestmark = pytest.mark.django_db


def page(response):
    return " ".join(response.content.decode().split())


def fresh(mailing):
    return Mailing.objects.get(pk=mailing.pk)


@pytest.fixture
def cap(db):
    """One letter in 30 days."""
    return CourtesyCap.objects.create(organisation=Organisation.objects.platform(), letters=1, days=30)


@pytest.fixture
def wrote():
    """Writes a row of another letter to a person."""

    def write(person, *, days=1, status="sent", kind="letter", **columns):
        at = timezone.now() - timedelta(days=days)
        times = {"sent_at": at} if status == "sent" else {}
        return Delivery.objects.create(
            mailing=MailingFactory(kind=kind), contact=person, language="en", status=status, queued_at=at,
            **times, **columns,
        )  # fmt: skip

    return write


def left_out(mailing):
    return audience.preview(fresh(mailing)).left_out


def test_without_a_cap_everybody_may_get_any_number(letter, member, wrote):
    person = member()
    for _number in range(5):
        wrote(person)
    assert left_out(letter) == {}


def test_whoever_had_that_many_letters_is_left_out_and_the_arithmetic_says_so(
    letter, member, wrote, cap, sign_in, officer
):
    written, _new = member(), member()
    wrote(written)
    assert left_out(letter) == {"courtesy_cap": 1}
    html = page(sign_in(officer).get(reverse("mailing:letter_audience", args=[letter.reference])))
    assert "no office gets more than one letter in 30 days" in html
    assert "2 matched, 1 left out." in html
    assert audience.freeze(fresh(letter)) == (2, 1)
    assert Delivery.objects.get(mailing=letter, contact=written).skip_reason == "courtesy_cap"


def test_only_letters_within_the_days_count_and_what_may_have_arrived_does(letter, member, wrote, cap):
    old, failed, news, unknown, waiting = (member() for _number in range(5))
    wrote(old, days=31)
    wrote(failed, status="failed")
    wrote(news, kind="newsletter")
    wrote(unknown, status="uncertain", error_kind="outcome_unknown")
    wrote(waiting, status="queued", days=90)
    audience.freeze(fresh(letter))
    reasons = dict(Delivery.objects.filter(mailing=letter).values_list("contact", "skip_reason"))
    assert reasons == {old.pk: "", failed.pk: "", news.pk: "", unknown.pk: "courtesy_cap", waiting.pk: "courtesy_cap"}


def test_as_many_letters_as_are_allowed_get_through(letter, member, wrote, cap):
    CourtesyCap.objects.update(letters=3)
    two, three = member(), member()
    for person, count in ((two, 2), (three, 3)):
        for _number in range(count):
            wrote(person)
    assert {pk for pk, _key, _language in audience.preview(fresh(letter)).recipient_keys} == {two.pk}


def test_a_newsletter_is_not_held_back(letter, member, wrote, cap):
    wrote(member())
    Mailing.objects.filter(pk=letter.pk).update(kind="newsletter")
    assert "courtesy_cap" not in left_out(letter)


def second_letter(author, letter):
    mailing = MailingFactory(author=author)
    MailingContentFactory(mailing=mailing)
    for rule in AudienceRule.objects.filter(mailing=letter):
        AudienceRule.objects.create(mailing=mailing, criteria=rule.criteria)
    return mailing


def test_of_two_letters_that_were_read_before_either_was_approved_the_second_is_refused(
    letter, member, cap, officer, approver
):
    member()
    other = second_letter(officer, letter)
    digests = {}
    for mailing in (letter, other):
        lifecycle.submit(mailing, actor=officer, approver=approver)
        digests[mailing.pk] = lifecycle.reading_digest(fresh(mailing))[0]
    lifecycle.approve(fresh(letter), actor=approver, digest=digests[letter.pk])
    with pytest.raises(Moved):
        lifecycle.approve(fresh(other), actor=approver, digest=digests[other.pk])
    assert Delivery.objects.filter(status="queued").count() == 1
    lifecycle.withdraw(fresh(letter), actor=officer)
    lifecycle.approve(fresh(other), actor=approver, digest=digests[other.pk])
    assert fresh(other).status == "approved"


def test_an_administrator_sets_and_lifts_the_cap_and_it_is_written_down(sign_in, administrator):
    client, url = sign_in(administrator), reverse("mailing:courtesy")
    assert "No cap is set" in page(client.get(url))
    assert "No office gets more than 3 letters in 30 days." in page(
        client.post(url, {"letters": "3", "days": "30"}, follow=True)
    )
    assert AuditEvent.objects.filter(sentence="set the courtesy cap to 3 letters in 30 days").count() == 1
    client.post(url, {"letters": "3", "days": "30"})
    assert AuditEvent.objects.filter(sentence__startswith="set the courtesy cap").count() == 1
    assert "No cap is set" in page(client.post(url, {"letters": "", "days": ""}, follow=True))
    assert not CourtesyCap.objects.exists()


@pytest.mark.parametrize("typed", [{"letters": "3"}, {"days": "3"}, {"letters": "0", "days": "3"}, {"letters": "x"}])
def test_half_a_cap_and_nonsense_are_refused_with_a_sentence(typed, sign_in, administrator):
    refused = sign_in(administrator).post(reverse("mailing:courtesy"), typed)
    assert refused.status_code == 422
    assert not CourtesyCap.objects.exists()


def test_an_officer_reads_the_cap_and_cannot_change_it(sign_in, officer, cap):
    client, url = sign_in(officer), reverse("mailing:courtesy")
    html = page(client.get(url))
    assert "No office gets more than one letter in 30 days." in html
    assert "An administrator can change it." in html
    client.post(url, {"letters": "9", "days": "9"})
    assert CourtesyCap.objects.get().letters == 1


def test_setting_nothing_where_nothing_is_set_changes_nothing(officer):
    assert courtesy.set_cap(Organisation.objects.platform(), None, actor=officer) is False
    assert courtesy.set_cap(Organisation.objects.platform(), Allowed(2, 7), actor=officer) is True
