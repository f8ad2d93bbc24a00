"""Draft → in review → approved by a second person → published → withdrawn, and no other way."""

import itertools

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from advocacy import publishing
from advocacy.drafting import Words, new_version, save_text
from advocacy.models import Statement
from advocacy.road import NOBODY, TRANSITIONS, PublishingError
from tests.factories import StatementFactory, StatementTextFactory
from transport.models import SystemMail

STATUSES = Statement.Status.values


def put(status, officer, approver):
    """A statement that stands at `status`, whatever the way there."""
    approved = status in {"approved", "scheduled", "published", "withdrawn"}
    row = StatementFactory(
        status=status,
        author=officer,
        submitted_by=None if status == "draft" else officer,
        approved_by=approver if approved else None,
        approved_at=timezone.now() if approved else None,
        published_at=timezone.now() if status in {"published", "withdrawn"} else None,
        publish_at=timezone.now() if status == "scheduled" else None,
    )
    StatementTextFactory(statement=row)
    return row


@pytest.mark.parametrize(("before", "after"), list(itertools.product(STATUSES, STATUSES)))
def test_every_pair_of_statuses_is_a_step_of_the_table_or_refused(before, after, officer, approver):
    row = put(before, officer, approver)
    now = timezone.now()
    extra = {
        "draft": NOBODY,
        "approved": {"approved_by": approver, "approved_at": now, "publish_at": None},
        "scheduled": {"publish_at": now},
        "published": {"published_at": now},
    }.get(after, {})

    if after in TRANSITIONS[before]:
        version = publishing.move_to(row, after, actor=officer, event=after, sentence="moved {reference}", **extra)
        assert (row.status, version.event) == (after, after)
    else:
        with pytest.raises(PublishingError, match="not possible"):
            publishing.move_to(row, after, actor=officer, event=after, sentence="moved {reference}", **extra)
        assert Statement.objects.get(pk=row.pk).status == before


def test_the_whole_way_keeps_versions_and_tells_the_trail(published, officer, approver):
    events = list(published.versions.order_by("id").values_list("number", "event"))
    sentences = list(AuditEvent.objects.order_by("id").values_list("sentence", flat=True))

    assert events == [(1, "submitted"), (1, "approved"), (1, "published")]
    assert sentences == [
        f"sent version 1 of {published.reference} for review",
        f"approved version 1 of {published.reference}",
        f"published version 1 of {published.reference}",
    ]
    assert published.versions.first().texts["en"]["title"] == "Compensation is a right"
    assert {row.digest for row in published.versions.all()} == {published.digest()}


def test_nobody_approves_what_they_sent(statement, approver):
    publishing.submit(statement, actor=approver)

    with pytest.raises(PublishingError, match="Somebody else"):
        publishing.approve(statement, actor=approver)
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(
            status="approved", approved_by=approver, approved_at=timezone.now()
        )


def test_only_some_roles_may_approve_and_none_without_edit_may_submit(in_review, officer, viewer, statement):
    for person in (viewer,):
        with pytest.raises(PublishingError, match="role"):
            publishing.approve(in_review, actor=person)
        with pytest.raises(PublishingError, match="role"):
            publishing.submit(statement, actor=person)


def test_an_approval_holds_only_for_the_words_that_were_read(in_review, approver):
    seen = in_review.digest()
    in_review.texts.update(title="Something else")

    with pytest.raises(PublishingError, match="has changed"):
        publishing.approve(in_review, actor=approver, seen=seen)
    assert Statement.objects.get(pk=in_review.pk).status == "in_review"
    assert in_review.status == "in_review"


def test_a_step_loses_against_somebody_who_was_quicker(in_review, approver, administrator):
    stale = Statement.objects.get(pk=in_review.pk)
    publishing.approve(in_review, actor=approver)

    with pytest.raises(PublishingError, match="a moment ago"):
        publishing.ask_changes(stale, actor=administrator, note="Shorter.")


def test_asking_for_changes_needs_a_comment_and_mails_it_to_the_writer(in_review, approver, officer):
    with pytest.raises(PublishingError, match="Say what"):
        publishing.ask_changes(in_review, actor=approver, note="  ")

    publishing.ask_changes(in_review, actor=approver, note="Name the article.")

    mail = SystemMail.objects.get(purpose="changes-asked")
    assert (mail.to, mail.context["note"], mail.context["person"]) == (
        officer.email,
        "Name the article.",
        str(approver),
    )
    assert (in_review.status, in_review.review_note) == ("draft", "Name the article.")


def test_those_who_may_approve_are_asked_by_mail_and_the_writer_hears(
    administrator, viewer, approved, officer, approver
):
    asked = SystemMail.objects.filter(purpose="approval-asked")

    assert set(asked.values_list("to", flat=True)) == {approver.email, administrator.email}
    assert asked[0].context["url"].endswith(f"/desk/statements/{approved.reference}/")
    assert SystemMail.objects.get(purpose="approved").to == officer.email


def test_one_colleague_can_be_asked_by_name(statement, officer, approver, administrator):
    publishing.submit(statement, actor=officer, approver=administrator, note="Before Friday, please.")

    assert list(SystemMail.objects.values_list("to", flat=True)) == [administrator.email]
    assert statement.asked_approver == administrator


def test_an_empty_language_version_is_not_sent_for_review(statement, officer):
    StatementTextFactory(statement=statement, language="fr", body="<p> </p>")

    with pytest.raises(PublishingError, match="French version is empty"):
        publishing.submit(statement, actor=officer)


@pytest.mark.parametrize("stage", ["in_review", "approved"])
def test_any_edit_sends_it_back_to_draft_and_takes_the_approval_away(stage, request, officer):
    row = request.getfixturevalue(stage)
    text = row.texts.get()

    saved = save_text(text, Words("Compensation", "", text.body), edition=1, actor=officer)

    row.refresh_from_db()
    assert saved.reopened
    assert (row.status, row.approved_by, row.submitted_by) == ("draft", None, None)
    publishing.submit(row, actor=officer)
    assert row.versions.first().number == 2


def test_saving_the_same_words_leaves_an_approval_alone(approved, officer):
    text = approved.texts.get()

    saved = save_text(text, Words(text.title, text.summary, text.body, True), edition=1, actor=officer)

    approved.refresh_from_db()
    assert (saved.changed, saved.reopened, approved.status) == (False, False, "approved")


def test_a_published_text_is_not_edited_but_gets_a_new_version(published, officer):
    text = published.texts.get()
    with pytest.raises(PublishingError, match="new version"):
        save_text(text, Words("Other", "", ""), edition=1, actor=officer)

    copy = new_version(published, actor=officer)

    assert (copy.status, copy.supersedes, copy.slug) == ("draft", published, "compensation-is-a-right-2")
    assert copy.texts.get().body == text.body
    assert Statement.objects.get(pk=published.pk).status == "published"


def test_only_those_who_may_approve_withdraw(published, officer, approver):
    with pytest.raises(PublishingError, match="role"):
        publishing.withdraw(published, actor=officer)

    publishing.withdraw(published, actor=approver, note="Figures were wrong.")

    assert published.status == "withdrawn"
    assert published.published_at is not None
