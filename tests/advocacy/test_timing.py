"""A publication at a time: nothing is public before, one UPDATE makes it so, and it can be taken back."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from advocacy import publishing, timing
from advocacy.drafting import Words, change_details, new_version, save_text
from advocacy.models import Statement
from advocacy.road import PublishingError
from advocacy.tasks import publish_due_statements
from transport.models import SystemMail

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def scheduled(approved, officer):
    timing.schedule(approved, actor=officer, at=timezone.now() + HOUR)
    return approved


def public_answers(client, statement):
    """What strangers get at each address of the text."""
    text = {"lang": "en", "slug": statement.slug}
    page, pdf = (client.get(reverse(f"public:{name}", kwargs=text)) for name in ("statement_detail", "statement_pdf"))
    lists = client.get(reverse("public:statement_list", kwargs={"lang": "en"})).content.decode()
    feed = client.get("/feeds/en/statements.atom").content.decode()
    sitemap = client.get("/sitemap.xml").content.decode()
    return page.status_code, pdf.status_code, [statement.slug in text for text in (lists, feed, sitemap)]


def test_nothing_is_public_before_its_time_and_everything_after(client, scheduled):
    assert timing.publish_due() == 0
    assert public_answers(client, scheduled) == (404, 404, [False, False, False])

    assert timing.publish_due(timezone.now() + 2 * HOUR) == 1

    scheduled.refresh_from_db()
    assert (scheduled.status, scheduled.versions.first().event) == ("published", "published")
    assert public_answers(client, scheduled) == (200, 200, [True, True, True])
    event = AuditEvent.objects.latest("id")
    assert (event.actor_label, event.sentence.endswith("at the time that was set")) == ("Demarche", True)


def test_two_calls_publish_it_once(scheduled):
    later = timezone.now() + 2 * HOUR

    assert [timing.publish_due(later), timing.publish_due(later)] == [1, 0]
    assert scheduled.versions.filter(event="published").count() == 1


def test_the_task_publishes_what_is_due(scheduled):
    Statement.objects.filter(pk=scheduled.pk).update(publish_at=timezone.now() - HOUR)

    publish_due_statements()

    assert Statement.objects.get(pk=scheduled.pk).status == "published"


def test_a_time_that_was_moved_meanwhile_is_not_taken_for_the_old_one(scheduled, officer):
    stale = Statement.objects.get(pk=scheduled.pk)
    timing.unschedule(scheduled, actor=officer)
    timing.schedule(scheduled, actor=officer, at=timezone.now() + 5 * HOUR)

    with pytest.raises(PublishingError, match="a moment ago"):
        timing._publish(stale, timezone.now() + 2 * HOUR)
    assert Statement.objects.get(pk=scheduled.pk).status == "scheduled"


def test_it_can_be_taken_back_and_set_again(scheduled, officer):
    timing.unschedule(scheduled, actor=officer)

    assert (scheduled.status, scheduled.publish_at) == ("approved", None)
    assert timing.publish_due(timezone.now() + 9 * HOUR) == 0
    timing.schedule(scheduled, actor=officer, at=timezone.now() + HOUR)
    assert scheduled.status == "scheduled"


def test_an_edit_takes_the_time_and_the_approval_back(scheduled, officer):
    text = scheduled.texts.get()

    save_text(text, Words("Another title", "", text.body), edition=text.edition, actor=officer)

    scheduled.refresh_from_db()
    assert (scheduled.status, scheduled.publish_at, scheduled.approved_by) == ("draft", None, None)
    assert timing.publish_due(timezone.now() + 9 * HOUR) == 0


@pytest.mark.parametrize(("ahead", "words"), [(-HOUR, "has passed"), (dt.timedelta(days=400), "more than a year")])
def test_a_time_that_cannot_be_is_refused(approved, officer, ahead, words):
    with pytest.raises(PublishingError, match=words):
        timing.schedule(approved, actor=officer, at=timezone.now() + ahead)
    assert Statement.objects.get(pk=approved.pk).status == "approved"


def test_an_embargo_holds_until_its_end(approved, officer, viewer):
    end = timezone.now() + 3 * HOUR
    Statement.objects.filter(pk=approved.pk).update(embargo_until=end)
    approved.refresh_from_db()

    with pytest.raises(PublishingError, match="under embargo until"):
        publishing.publish(approved, actor=officer)
    with pytest.raises(PublishingError, match="under embargo until"):
        timing.schedule(approved, actor=officer, at=end - HOUR)
    with pytest.raises(PublishingError, match="role"):
        timing.schedule(approved, actor=viewer, at=end)
    timing.schedule(approved, actor=officer, at=end)
    assert timing.publish_due(end) == 1


def test_what_signatures_hold_up_goes_back_and_the_writer_hears(scheduled, monkeypatch):
    monkeypatch.setattr(timing, "blocks", lambda statement: ["Nobody besides the lead has signed these words."])

    assert timing.publish_due(timezone.now() + 2 * HOUR) == 0

    scheduled.refresh_from_db()
    mail = SystemMail.objects.get(purpose="plain")
    assert (scheduled.status, scheduled.published_at) == ("approved", None)
    assert (mail.to, "Nobody besides the lead" in mail.context["text"]) == (scheduled.author.email, True)


def test_one_that_breaks_does_not_hold_up_the_others(scheduled, monkeypatch):
    def breaks(statement):
        raise RuntimeError("something unforeseen")

    monkeypatch.setattr(timing, "blocks", breaks)
    assert timing.publish_due(timezone.now() + 2 * HOUR) == 0
    monkeypatch.undo()
    assert timing.publish_due(timezone.now() + 2 * HOUR) == 1


def test_the_pages_set_a_time_and_take_it_back(sign_in, officer, approved):
    client = sign_in(officer)

    def step(name, **data):
        return client.post(reverse(f"advocacy:{name}", args=[approved.reference]), data, follow=True)

    assert "Say on which day" in step("statement_schedule", at="tomorrow").content.decode()
    at = timezone.localtime(timezone.now() + HOUR).strftime("%Y-%m-%dT%H:%M")
    page = step("statement_schedule", at=at).content.decode()
    assert "Until then nobody outside can read it." in page
    assert "set a time for publishing" in page
    assert "stays approved" in step("statement_unschedule").content.decode()
    assert step("statement_unschedule").status_code == 409


def test_the_old_page_leads_to_the_newest_and_a_second_draft_is_refused(published, officer, approver):
    def release(row):
        publishing.submit(row, actor=officer)
        publishing.approve(row, actor=approver)
        publishing.publish(row, actor=officer)

    second = new_version(published, actor=officer)
    assert published.newer() is None
    with pytest.raises(PublishingError, match=second.reference):
        new_version(published, actor=officer)
    release(second)
    third = new_version(second, actor=officer)
    release(third)

    assert (published.newer(), third.newer()) == (third, None)
    assert second.details == published.details
    publishing.withdraw(third, actor=approver)
    assert published.newer() == second


def test_a_fact_that_changes_is_an_edit(approved, officer):
    assert not change_details(approved, actor=officer, details=dict(approved.details))
    assert approved.status == "approved"

    assert change_details(approved, actor=officer, details={"occasion": "Another day", "contact": "Us"})
    assert (approved.status, approved.details["occasion"]) == ("draft", "Another day")
