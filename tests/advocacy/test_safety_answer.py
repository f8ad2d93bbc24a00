"""Before review somebody answers for what the safety check found, for exactly the words there are."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import AuditEvent
from advocacy import publishing, safety
from advocacy.drafting import Words, save_text
from advocacy.models import SafetyConfirmation
from advocacy.road import PublishingError

STORY = "<p>A 17-year-old from Chisinau worked in a laundry. Call her on +44 7700 900 123.</p>"


@pytest.fixture
def story(statement):
    statement.texts.update(body=STORY)
    return statement


def test_review_waits_for_an_answer_and_the_answer_for_nothing_else(story, officer, approver):
    with pytest.raises(PublishingError, match="safety check"):
        publishing.submit(story, actor=officer)

    safety.confirm(story, actor=officer, ground="consent", seen=story.digest())

    publishing.submit(story, actor=officer)
    assert story.status == "in_review"
    row = SafetyConfirmation.objects.get()
    assert (row.counts, row.by, row.digest) == ({"age": 1, "phone": 1}, officer, story.digest())
    sentence = AuditEvent.objects.filter(sentence__contains="safety check").get().sentence
    assert "2 findings" in sentence
    assert "Chisinau" not in sentence


def test_an_edit_asks_again_and_taking_it_out_needs_no_answer(story, officer):
    safety.confirm(story, actor=officer, ground="invented", seen=story.digest())
    text = story.texts.get()
    save_text(text, Words("Another title", "", STORY), edition=text.edition, actor=officer)
    assert safety.waits_for_a_person(story)

    text.refresh_from_db()
    save_text(text, Words("Another title", "", "<p>Nobody here.</p>"), edition=text.edition, actor=officer)
    assert not safety.waits_for_a_person(story)


def test_an_answer_to_other_words_is_not_taken(story, officer):
    seen = story.digest()
    story.texts.update(title="Something else")

    assert safety.confirm(story, actor=officer, ground="consent", seen=seen) is None
    assert not SafetyConfirmation.objects.exists()


def test_an_answer_stays_as_it_was_given(story, officer):
    row = safety.confirm(story, actor=officer, ground="consent", seen=story.digest())

    with pytest.raises(DatabaseError), transaction.atomic():
        SafetyConfirmation.objects.filter(pk=row.pk).update(ground="invented")


def test_the_page_marks_the_words_and_takes_the_answer(sign_in, officer, story):
    client = sign_in(officer)
    page = reverse("advocacy:statement_detail", args=[story.reference])
    address = reverse("advocacy:statement_safety", args=[story.reference])

    shown = client.get(page).content.decode()
    assert '<strong class="note-mark">17-year-old</strong>' in shown
    assert "2 findings" in shown
    assert client.post(address, {"seen": story.digest()}).status_code == 422
    assert client.post(address, {"seen": "old", "ground": "consent"}).status_code == 409
    answer = client.post(address, {"seen": story.digest(), "ground": "consent"}, follow=True).content.decode()
    assert "Boris Editor answered on" in answer
