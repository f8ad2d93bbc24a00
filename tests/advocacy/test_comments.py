"""Comments on a draft: about a paragraph, answered by the writer, settled and opened again."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import registry
from accounts.models import AuditEvent
from advocacy import commenting, publishing
from advocacy.drafting import Words, save_text
from advocacy.models import ReviewComment
from advocacy.road import PublishingError
from tests.factories import StatementTextFactory

SECOND = "People who were trafficked have a right to compensation."


def test_a_comment_keeps_the_paragraph_and_the_version_it_was_about(in_review, approver, officer):
    row = commenting.comment(in_review, actor=approver, words=" Which right? ", language="en", paragraph=2)

    assert (row.words, row.quote, row.version.number) == ("Which right?", SECOND, 1)
    (thread,) = commenting.threads_of(in_review, in_review.texts.all())
    assert (thread.is_open, thread.is_changed) == (True, False)
    text = in_review.texts.get()
    save_text(text, Words(text.title, "", "<p>Other words.</p>"), edition=text.edition, actor=officer)
    (thread,) = commenting.threads_of(in_review, in_review.texts.all())
    assert thread.is_changed


def test_the_writer_answers_and_it_is_settled_once(in_review, approver, officer, administrator):
    row = commenting.comment(in_review, actor=approver, words="Which right?", language="en")
    commenting.answer(row, actor=officer, words="Article 17.")
    commenting.settle(row, actor=officer)
    commenting.settle(row, actor=administrator)

    (thread,) = commenting.threads_of(in_review, in_review.texts.all())
    assert [answer.words for answer in thread.answers] == ["Article 17."]
    assert (thread.is_open, thread.comment.resolved_by) == (False, officer)
    assert AuditEvent.objects.filter(sentence__startswith="settled a comment").count() == 1
    commenting.open_again(row, actor=approver)
    assert list(ReviewComment.objects.open()) == [row]


@pytest.mark.parametrize(
    ("words", "language", "paragraph", "told"),
    [("  ", "en", None, "Write the comment"), ("a", "fr", None, "no version"), ("a", "en", 9, "has changed")],
)
def test_what_cannot_be_commented_is_refused(in_review, approver, words, language, paragraph, told):
    with pytest.raises(PublishingError, match=told):
        commenting.comment(in_review, actor=approver, words=words, language=language, paragraph=paragraph)
    assert not ReviewComment.objects.exists()


def test_nobody_comments_on_what_is_published(published, approver):
    with pytest.raises(PublishingError, match="stays as it was"):
        commenting.comment(published, actor=approver, words="Late.", language="en")


def test_the_database_wants_somebody_who_settled_it(in_review, approver):
    row = commenting.comment(in_review, actor=approver, words="Which right?", language="en")

    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewComment.objects.filter(pk=row.pk).update(resolved_at=timezone.now())


def test_the_pages_say_answer_settle_and_open_again(sign_in, officer, approver, in_review):
    def post(name, *extra, **data):
        address = reverse(f"advocacy:{name}", args=[in_review.reference, *extra])
        return client.post(address, data, follow=True).content.decode()

    client = sign_in(approver)
    assert "at most 2,000 characters" in post("comment_add", words="", paragraph="2")
    assert "at most 2,000 characters" in post("comment_add", words="x", paragraph="77")
    page = post("comment_add", words="Which <b>right</b>?", paragraph="2")
    assert "Which &lt;b&gt;right&lt;/b&gt;?" in page
    row = ReviewComment.objects.get()
    client = sign_in(officer)
    assert (
        "One comment is not settled."
        in client.get(reverse("advocacy:statement_detail", args=[in_review.reference])).content.decode()
    )
    assert "Write the comment first." in post("comment_answer", row.pk, words="")
    assert "Settled by Boris Editor" in post("comment_answer", row.pk, words="Article 17.", settle="1")
    post("comment_settle", row.pk, again="1")
    row.refresh_from_db()
    assert row.resolved_at is None


def test_comments_of_a_statement_one_cannot_see_are_not_there(sign_in, stranger, in_review, approver):
    row = commenting.comment(in_review, actor=approver, words="Which right?", language="en")
    client = sign_in(stranger)

    for name in ("comment_answer", "comment_settle"):
        address = reverse(f"advocacy:{name}", args=[in_review.reference, row.pk])
        assert client.post(address, {"words": "x"}).status_code == 404


def test_many_comments_cost_no_more_queries(sign_in, officer, approver, in_review, django_assert_max_num_queries):
    StatementTextFactory(statement=in_review, language="fr")
    for number in range(12):
        row = commenting.comment(in_review, actor=approver, words=f"Comment {number}", language="en", paragraph=1)
        commenting.answer(row, actor=officer, words="Yes.")
    client = sign_in(approver)

    with django_assert_max_num_queries(12):
        client.get(reverse("advocacy:statement_detail", args=[in_review.reference]))


def test_the_writer_finds_open_comments_of_others_on_the_home_page(in_review, approver, officer):
    def told():
        return [
            task.detail for fill in registry.tasks for task in fill(officer) if task.reference == in_review.reference
        ]

    commenting.comment(in_review, actor=officer, words="My own note.", language="en")
    assert told() == []
    for words in ("A comma.", "A dash."):
        row = commenting.comment(in_review, actor=approver, words=words, language="en")
    assert told() == ["2 comments wait for you."]
    commenting.settle(row, actor=officer)
    publishing.ask_changes(in_review, actor=approver, note="Shorter.")
    assert told() == ["Changes were asked for: Shorter. 1 comment waits for you."]


def test_approving_with_open_comments_is_the_approvers_choice(in_review, approver):
    commenting.comment(in_review, actor=approver, words="A comma.", language="en")

    publishing.approve(in_review, actor=approver)

    assert in_review.status == "approved"
