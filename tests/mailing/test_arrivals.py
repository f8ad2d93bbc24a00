"""Somebody comes into an audience or leaves it between the page that was read and the approval: 409, with names."""

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import Membership, Suppression
from contacts.suppression import suppress
from mailing import arrivals, audience, lifecycle
from mailing.models import Delivery, Mailing
from tests.factories import MailingContentFactory, MailingFactory

pytestmark = pytest.mark.django_db


def page(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def read(letter, officer, approver, sign_in):
    """Sends the letter for approval and opens it as the approver; gives what their form carries."""

    def open_it():
        lifecycle.submit(letter, actor=officer, approver=approver)
        context = sign_in(approver).get(reverse("mailing:letter_approve", args=[letter.reference])).context
        return {
            "digest": context["digest"],
            "seen": str(context["preview"].recipients),
            "people": context["people"],
        }

    return open_it


@pytest.fixture
def approve(client, letter):
    return lambda form: client.post(reverse("mailing:letter_approval", args=[letter.reference]), form)


def leave_the_committee(person):
    Membership.objects.filter(mandate__contact=person).update(ended_on=timezone.localdate())


def test_who_left_the_committee_after_the_page_was_read_is_named_and_nothing_is_approved(letter, member, read, approve):
    member(), member()
    gone = member(given_name="Aoife", family_name="Brennan")
    form = read()
    leave_the_committee(gone)
    refused = approve(form)
    assert refused.status_code == 409
    html = page(refused)
    assert "The audience changed since you read it: 3 then, 2 now." in html
    assert "<strong>Aoife Brennan</strong><p>does not get it any more: no longer fits the rules</p>" in html
    assert Mailing.objects.get().status == "in_review"
    assert not Delivery.objects.exists()
    # The page that names them carries the new digest: a second look is enough.
    form = {name: refused.context[name] for name in ("digest", "people")} | {"seen": "2"}
    assert approve(form).status_code == 302
    assert Mailing.objects.get().status == "approved"


def test_one_who_left_and_one_who_came_are_both_named_though_the_number_is_the_same(letter, member, read, approve):
    member()
    gone = member(given_name="Aoife", family_name="Brennan")
    form = read()
    leave_the_committee(gone)
    member(given_name="Tomasz", family_name="Wilk")
    html = page(approve(form))
    assert "<strong>Aoife Brennan</strong><p>does not get it any more" in html
    assert "<strong>Tomasz Wilk</strong><p>gets it now</p>" in html


def test_who_objected_meanwhile_is_named_with_that_reason(letter, member, read, approve):
    member()
    objector = member(given_name="Aoife", family_name="Brennan")
    form = read()
    suppress(objector, scope="letters", reason=Suppression.Reason.OBJECTION)
    assert "does not get it any more: Asked us not to write" in page(approve(form))


def test_who_now_reads_another_language_is_named(letter, member, read, approve):
    MailingContentFactory(mailing=letter, language="fr")
    person = member(given_name="Aoife", family_name="Brennan")
    form = read()
    person.language = "fr"
    person.save()
    assert "<strong>Aoife Brennan</strong><p>now in French</p>" in page(approve(form))


@pytest.mark.parametrize("token", ["", "x", "WzEsW11d:1tX:abc"])
def test_a_page_that_says_nothing_about_its_people_is_refused_all_the_same(token, letter, member, read, approve):
    member()
    form = read() | {"people": token}
    member()
    refused = approve(form)
    assert refused.status_code == 409
    assert refused.context["arrivals"] is None


def test_the_people_of_one_letter_say_nothing_about_another(letter, member):
    member()
    preview = audience.preview(letter)
    token = arrivals.sealed(letter, preview)
    other = MailingFactory()
    assert arrivals.since(other, token, audience.AudiencePreview()) is None
    assert arrivals.since(letter, token, preview) is None
    assert len(arrivals.since(letter, token, audience.AudiencePreview()).left) == 1


def test_of_very_many_who_left_a_dozen_are_named_and_the_rest_counted(letter, member):
    for _number in range(15):
        member()
    token = arrivals.sealed(letter, audience.preview(letter))
    found = arrivals.since(letter, token, audience.AudiencePreview())
    assert (len(found.left), found.more, found.then, found.now) == (12, 3, 15, 0)
