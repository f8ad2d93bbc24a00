"""What an approver read is kept for good, and the next reader sees what changed since."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from contacts.erasure import erase
from contacts.models import Contact
from mailing import lifecycle, reviewing
from mailing.drafting import Words, save_text
from mailing.models import Delivery, Mailing, MailingContent, Review
from tests.factories import MailingContentFactory

pytestmark = pytest.mark.django_db


def page(response):
    return response.content.decode()


def sent_back(mailing, approver, note="Say it more softly."):
    lifecycle.ask_changes(Mailing.objects.get(pk=mailing.pk), actor=approver, note=note)


def changed(mailing, officer, **words):
    content = MailingContent.objects.get(mailing=mailing, language="en")
    given = {"subject": content.subject, "body": content.body, "is_reviewed": True} | words
    save_text(Mailing.objects.get(pk=mailing.pk), "en", Words(**given), edition=content.edition, actor=officer)


def asked_again(mailing, officer, approver):
    return lifecycle.submit(Mailing.objects.get(pk=mailing.pk), actor=officer, approver=approver)


def test_an_approval_keeps_texts_numbers_letters_and_checklist(waiting, approver):
    lifecycle.approve(waiting, actor=approver, digest=waiting.review_digest)
    review = Review.objects.get()
    assert (review.decision, review.version, review.reader_label) == ("approved", 1, "Ilse Approver")
    assert review.digest == Mailing.objects.get().approved_digest
    assert review.parts["texts"][0][1] == "Compensation for victims"
    assert (review.people["matched"], review.people["recipients"]) == (2, 2)
    assert sorted(review.people["contacts"]) == sorted(Delivery.objects.values_list("contact_id", flat=True))
    assert len(review.previews) == 2
    assert {line["key"] for line in review.checklist} >= {"text", "people", "domain"}


def test_no_name_and_no_address_is_kept(waiting, approver):
    lifecycle.approve(waiting, actor=approver, digest=waiting.review_digest)
    row = str(Review.objects.values().get())
    for person in Contact.objects.all():
        assert person.email not in row
        assert person.family_name not in row


def test_what_was_read_cannot_be_changed(waiting, approver):
    lifecycle.approve(waiting, actor=approver, digest=waiting.review_digest)
    for change in (lambda: Review.objects.update(version=9), lambda: Review.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_refused_approval_keeps_nothing(waiting, approver, member):
    member()
    with pytest.raises(lifecycle.Moved):
        lifecycle.approve(waiting, actor=approver, digest=waiting.review_digest)
    assert not Review.objects.exists()


def test_an_approval_is_refused_when_the_checklist_blocks_by_now(waiting, approver):
    sender = waiting.sender
    sender.domain_health = {
        "domain": sender.domain,
        "state": "bad",
        "findings": [{"about": "dmarc", "tone": "bad", "code": "missing", "values": {"domain": sender.domain}}],
    }
    sender.save()
    with pytest.raises(lifecycle.LifecycleError, match="has no DMARC record"):
        lifecycle.approve(waiting, actor=approver, digest=waiting.review_digest)
    assert Mailing.objects.get().status == "in_review"


def test_the_second_reading_shows_what_changed_since_the_first(waiting, officer, approver, member, sign_in):
    sent_back(waiting, approver)
    changed(waiting, officer, body="<p>{{ salutation }}</p><p>Please support the seven points.</p><p>{{ closing }}</p>")
    MailingContentFactory(mailing=waiting, language="fr")
    member(given_name="Nora", family_name="Newcomer")
    asked_again(waiting, officer, approver)
    shown = page(sign_in(approver).get(reverse("mailing:letter_approve", args=[waiting.reference])))
    assert "What changed since you last read it" in shown
    assert "You read version 1" in shown
    assert "six" in shown[shown.index("<del>") :][:80]
    assert "seven" in shown[shown.index("<ins>") :][:80]
    assert "<del>2</del> <ins>3</ins>" in shown
    assert "Nora Newcomer" in shown[shown.index("New:") :][:60]


def test_a_first_reading_shows_no_changes(waiting, approver, sign_in):
    shown = page(sign_in(approver).get(reverse("mailing:letter_approve", args=[waiting.reference])))
    assert "What changed since" not in shown


def test_an_unchanged_letter_says_so(waiting, officer, approver):
    sent_back(waiting, approver)
    mailing = asked_again(waiting, officer, approver)
    ids = [pk for pk, _key, _language in lifecycle.reading_digest(mailing)[1].recipient_keys]
    found = reviewing.since_last_read(mailing, approver, ids)
    assert found.is_same
    assert found.is_own


def test_another_sender_and_a_language_taken_out_are_said(waiting, officer, approver):
    MailingContentFactory(mailing=waiting, language="fr")
    sent_back(waiting, approver)
    MailingContent.objects.filter(language="fr").delete()
    waiting.sender.person = "Somebody Else"
    waiting.sender.save()
    mailing = Mailing.objects.select_related("sender").get()
    found = reviewing.since_last_read(mailing, officer, [])
    assert not found.is_own
    assert [(text.language, text.word) for text in found.texts] == [("fr", "taken out")]
    assert found.others == ["The sender is another one or signs otherwise."]


def test_the_page_of_a_review_shows_it_as_it_was(approved, approver, officer, sign_in):
    review = Review.objects.get()
    changed(approved, officer, subject="Another subject")
    client = sign_in(officer)
    shown = page(client.get(reverse("mailing:letter_review", args=[approved.reference, review.pk])))
    assert "Compensation for victims" in shown
    assert "Another subject" not in shown
    assert "2 matched, 0 left out, 2 letters." in shown
    assert "This approval was withdrawn later." in shown
    assert client.get(reverse("mailing:letter_review", args=[approved.reference, review.pk + 1])).status_code == 404


def test_an_erased_person_has_no_name_in_a_review(approved, approver, sign_in):
    review = Review.objects.get()
    person = Contact.objects.get(pk=review.previews[0]["contact"])
    name = person.family_name
    erase(person, actor=approver, reason="asked")
    shown = page(sign_in(approver).get(reverse("mailing:letter_review", args=[approved.reference, review.pk])))
    assert name not in shown
    assert "erased" in shown


def test_the_page_of_approval_costs_few_queries(waiting, officer, approver, sign_in, django_assert_max_num_queries):
    sent_back(waiting, approver)
    changed(waiting, officer, subject="Another subject")
    asked_again(waiting, officer, approver)
    client = sign_in(approver)
    url = reverse("mailing:letter_approve", args=[waiting.reference])
    client.get(url)
    with django_assert_max_num_queries(12):
        assert client.get(url).status_code == 200
