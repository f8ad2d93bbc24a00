"""What the checklist says of an issue: a fault of each kind is found and named, and a sound issue has none."""

import pytest
from django.utils import timezone

from advocacy.models import ActionPlan, Statement
from contacts.models import ContactList, Topic
from mailing import checklist, lifecycle, recounting
from mailing.audience import AudiencePreview
from mailing.findings import Subject
from mailing.issues import blocks, checks, drafting
from mailing.issues.blocks import Words
from mailing.models import Block, BlockText, CountedLink, Mailing, MailingContent
from tests.mailing.issues.readers import make_due

pytestmark = pytest.mark.django_db

BARS = [{"label": "Legal aid", "value": 3, "of": 23}]


@pytest.fixture
def sound(issue, officer, published):
    """An issue in English and French in which nothing is amiss."""
    lead = issue.blocks.get()
    drafting.add_block(issue, "item", source=published(fr="La réparation est un droit"), actor=officer)
    figures = blocks.add(issue, "figures", actor=officer)
    drafting.add_language(issue, "fr", actor=officer)
    for code in ("en", "fr"):
        link = {"label": "Write", "url": "https://example.org/write"}
        blocks.put_words(lead, {code: Words("We wrote", "<p>To them.</p>", **link)}, actor=officer)
        blocks.put_words(figures, {code: Words("Six points", rows=BARS)}, actor=officer)
    words = "Six points before the vote on 9 December, and four dates."
    MailingContent.objects.filter(mailing=issue).update(subject="The vote", preheader=words, is_reviewed=True)
    return issue


@pytest.fixture
def found():
    """Runs all checks; gives (tone, key, title) of what is not in order."""

    def run(issue):
        mailing = Mailing.objects.get(pk=issue.pk)
        contents = {content.language: content for content in mailing.contents.all()}
        subject = Subject(mailing, contents, AudiencePreview(0, 0), [])
        items = [item for check in checks.CHECKS for item in check(subject)]
        return [(item.tone, item.key, item.title) for item in items if item.tone != "ok"]

    return run


def test_a_sound_issue_has_nothing_to_fix(sound, found):
    assert found(sound) == []


@pytest.fixture
def lines():
    """All lines of the checklist by key: title and detail."""

    def run(issue):
        items = checklist.run(Mailing.objects.get(pk=issue.pk)).items
        return {item.key: (item.title, item.detail) for item in items}

    return run


def test_an_issue_of_a_list_that_does_not_count_says_nothing_of_counting(sound, lines):
    found = lines(sound)
    assert "counting" not in found
    assert found["link"][1].endswith("none is rewritten.")
    assert "no tracking" in found["size"][0]


def test_an_issue_of_a_list_that_counts_tells_how_many_links_are_counted(
    sound, lines, monthly, readers, officer, approver
):
    ContactList.objects.update(counts_clicks=True)
    readers(2)
    title, detail = lines(sound)["counting"]
    assert title == "This issue counts clicks per link, without people"
    # The button's, and the page of the statement in each language.
    assert detail.startswith("3 links are counted: how often each is followed a day, not by whom.")
    assert "rewritten" not in lines(sound)["link"][1]
    assert "no tracking" not in lines(sound)["size"][0]
    row = lifecycle.submit(sound, actor=officer, approver=approver)
    row = lifecycle.approve(row, actor=approver, digest=row.review_digest)
    lifecycle.schedule(row, actor=officer)
    make_due(row)
    assert recounting.begin(row.pk)
    assert CountedLink.objects.count() == 3
    CountedLink.objects.first().delete()
    assert lines(sound)["counting"][1].startswith("2 links are counted")


def test_only_the_links_of_reviewed_versions_are_counted(sound, lines):
    ContactList.objects.update(counts_clicks=True)
    MailingContent.objects.filter(language="fr").update(is_reviewed=False)
    assert lines(sound)["counting"][1].startswith("2 links are counted")
    BlockText.objects.update(url="", label="")
    Block.objects.filter(kind="item").delete()
    assert lines(sound)["counting"][1].startswith("0 links are counted")


def test_an_issue_without_a_block_is_not_sent(sound, found):
    Block.objects.all().delete()
    assert [row[:2] for row in found(sound)] == [("bad", "empty_issue")]


def test_an_issue_with_nothing_for_readers_without_topics_is_not_sent(sound, found, monthly):
    Block.objects.update(topic=monthly.topics.first())
    assert [row[:2] for row in found(sound)] == [("bad", "no_topic")]


def test_missing_words_name_the_block_and_the_language(sound, found):
    BlockText.objects.filter(block__kind="lead", language="fr").update(heading="", body="", label="", url="")
    assert found(sound) == [("bad", "words", "The French version is not complete: block 1, Lead")]
    MailingContent.objects.filter(language="fr").update(is_reviewed=False)
    assert found(sound) == []


@pytest.mark.parametrize("half", [{"label": ""}, {"url": ""}])
def test_a_link_needs_words_and_an_address(sound, found, half):
    BlockText.objects.filter(block__kind="lead", language="en").update(**half)
    assert [row[:2] for row in found(sound)] == [("bad", "words")]


def test_a_row_without_words_is_not_complete(sound, found):
    BlockText.objects.filter(block__kind="figures", language="fr").update(rows=[{"label": "", "value": 3, "of": 23}])
    assert found(sound) == [("bad", "words", "The French version is not complete: block 3, Figures as bars")]


def test_numbers_that_differ_between_languages_block(sound, found):
    BlockText.objects.filter(block__kind="figures", language="fr").update(rows=[{**BARS[0], "value": 4}])
    title = "The French version says other numbers or days: block 3, Figures as bars"
    assert found(sound) == [("bad", "agree", title)]


def test_days_that_differ_between_languages_block(sound, found, officer):
    dates = blocks.add(sound, "dates", actor=officer)
    for code, day in (("en", "2026-12-09"), ("fr", "2026-12-10")):
        blocks.put_words(dates, {code: Words(rows=[{"day": day, "text": "Vote"}])}, actor=officer)
    assert [row[:2] for row in found(sound)] == [("bad", "agree")]


def test_a_subject_is_needed_and_a_preheader_is_best_between_40_and_110(sound, found):
    MailingContent.objects.filter(language="fr").update(subject="")
    assert found(sound) == [("bad", "subject", "The French version has no subject")]
    MailingContent.objects.filter(language="fr").update(subject="Le vote", preheader="")
    assert found(sound) == [("warn", "preheader", "The French version has no preheader")]
    for length, is_fine in ((39, False), (40, True), (110, True), (111, False)):
        MailingContent.objects.filter(language="fr").update(preheader="x" * length)
        assert (found(sound) == []) is is_fine, length


@pytest.mark.parametrize(
    ("address", "tone"),
    [
        ("http://example.org/", "bad"),
        ("https://localhost/", "bad"),
        ("https://user:secret@example.org/", "bad"),
        ("https://bit.ly/x", "bad"),
        ("https://example.org/?utm_source=mail", "warn"),
    ],
)
def test_links_of_buttons_texts_and_news_are_looked_at(sound, found, officer, address, tone):
    BlockText.objects.filter(block__kind="lead", language="en").update(url=address)
    assert [row[:2] for row in found(sound)] == [(tone, "link")]
    BlockText.objects.filter(block__kind="lead", language="en").update(
        url="https://example.org/", body=f'<p><a href="{address}">here</a></p>'
    )
    assert [row[:2] for row in found(sound)] == [(tone, "link")]


def test_what_is_not_public_any_more_blocks(sound, found):
    Statement.objects.update(status="withdrawn")
    assert ("bad", "source") in [row[:2] for row in found(sound)]


def test_a_plan_that_was_taken_down_blocks(sound, found, officer):
    plan = ActionPlan.objects.create(slug="p", title="Plan", addressee="All", published_at=timezone.now())
    item = drafting.add_block(sound, "item", source=plan, actor=officer)
    for code in ("en", "fr"):
        blocks.put_words(item, {code: Words("Plan")}, actor=officer)
    MailingContent.objects.update(is_reviewed=True)
    assert found(sound) == []
    ActionPlan.objects.update(published_at=None)
    assert [row[:2] for row in found(sound)] == [("bad", "source")]


def test_the_same_item_twice_is_worth_a_look(sound, found, officer):
    item = Block.objects.get(kind="item")
    drafting.add_block(sound, "item", source=item.statement, actor=officer)
    MailingContent.objects.update(is_reviewed=True)
    assert [row[:2] for row in found(sound)] == [("warn", "twice"), ("warn", "twice")]


def test_what_was_replaced_since_is_worth_a_look(sound, found, published):
    new = published("New words")
    Statement.objects.filter(pk=new.pk).update(supersedes=Block.objects.get(kind="item").statement)
    assert [row[:2] for row in found(sound)] == [("warn", "stale")]


def test_a_block_of_a_closed_topic_is_worth_a_look(sound, found, monthly):
    topic = monthly.topics.first()
    Block.objects.filter(kind="item").update(topic=topic)
    assert found(sound) == []
    Topic.objects.update(is_open=False)
    assert [row[:2] for row in found(sound)] == [("warn", "closed_topic")]


def test_a_version_that_gmail_would_cut_off_blocks(sound, found):
    BlockText.objects.filter(block__kind="lead", language="fr").update(body=f"<p>{'mot ' * 30_000}</p>")
    (row,) = found(sound)
    assert row[:2] == ("bad", "size")
    assert row[2].startswith("The French version has ")
    MailingContent.objects.filter(language="fr").update(is_reviewed=False)
    assert found(sound) == []
