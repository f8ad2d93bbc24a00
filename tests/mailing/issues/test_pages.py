"""The pages on which issues are begun and written: no script needed, few queries, nothing overwritten."""

import re

import pytest
from django.urls import reverse

from contacts.models import ContactList
from mailing.issues import blocks, drafting
from mailing.issues.blocks import Words
from mailing.models import Block, BlockText, Mailing, MailingContent
from tests.factories import MailingFactory, SenderFactory
from tests.mailing.issues.hands import address, form_of, opened, page

pytestmark = pytest.mark.django_db


def test_the_list_teaches_when_it_is_empty_and_leads_to_the_first_issue(desk, monthly):
    shown = page(desk.get(reverse("newsletters:issue_list")))
    assert "No issues yet" in shown
    assert "Begin the first issue" in shown
    ContactList.objects.all().delete()
    assert "Go to the lists" in page(desk.get(reverse("newsletters:issue_list")))


def test_the_list_shows_issues_and_no_letters(desk, issue):
    MailingFactory(title="A letter to Parliament")
    shown = page(desk.get(reverse("newsletters:issue_list")))
    assert issue.reference in shown
    assert "Letter from the network" in shown
    assert "A letter to Parliament" not in shown
    assert "No issue matches" in page(desk.get(reverse("newsletters:issue_list") + "?q=nothing"))


def test_the_navigation_leads_to_newsletters(desk):
    assert f'href="{reverse("newsletters:issue_list")}" aria-current="page"' in page(
        desk.get(reverse("newsletters:issue_list"))
    )


def test_an_issue_is_begun_from_what_is_ticked(desk, monthly, published):
    SenderFactory()
    wanted, other = published("Wanted"), published("Other")
    start = desk.get(reverse("newsletters:issue_create"))
    assert "Wanted" in page(start)
    assert f'value="statement-{other.pk}"' in page(start)
    answer = desk.post(
        reverse("newsletters:issue_create"),
        {
            "contact_list": monthly.pk,
            "title": "November",
            "language": "en",
            "take": [f"statement-{wanted.pk}"],
            "from": "published",
        },
    )
    issue = Mailing.objects.get(kind="newsletter")
    assert answer.url == address("issue_write", issue, lang="en")
    assert [block.statement for block in issue.blocks.all()] == [None, wanted]


def test_an_issue_is_begun_empty_or_from_an_earlier_one(desk, issue, monthly):
    sent = {"contact_list": monthly.pk, "title": "December", "language": "fr"}
    desk.post(reverse("newsletters:issue_create"), {**sent, "from": "nothing"})
    assert Mailing.objects.get(title="December").source_language == "fr"
    sent |= {"title": "January", "from": "earlier", "earlier": issue.reference}
    desk.post(reverse("newsletters:issue_create"), sent)
    assert Mailing.objects.get(title="January").source_language == "en"


def test_a_form_without_a_title_says_so_and_keeps_what_was_ticked(desk, monthly, published):
    SenderFactory()
    one, _other = published("One"), published("Two")
    sent = {"contact_list": monthly.pk, "title": "", "language": "en", "take": f"statement-{one.pk}"}
    answer = desk.post(reverse("newsletters:issue_create"), {**sent, "from": "published"})
    assert answer.status_code == 422
    assert page(answer).count("checked") == 1
    assert not Mailing.objects.exists()


def test_without_a_sender_the_page_says_where_to_add_one(desk, monthly):
    sent = {"contact_list": monthly.pk, "title": "November", "language": "en", "from": "nothing"}
    answer = desk.post(reverse("newsletters:issue_create"), sent)
    assert answer.status_code == 422
    assert "There is no sender yet" in page(answer)


def test_a_page_is_saved_as_it_was_opened_without_a_change(desk, issue, again):
    before = again(issue).version
    answer = desk.post(address("issue_write", issue, lang="en"), opened(desk, issue))
    assert answer.status_code == 302
    assert again(issue).version == before


def test_subject_preheader_and_blocks_are_saved_in_one_post(desk, issue, lead, again):
    before = again(issue).version
    sent = opened(desk, issue)
    sent |= {"subject": "The vote", "preheader": "Six points before 9 December.", "is_reviewed": "on"}
    sent |= {f"b{lead.pk}-heading": "We wrote", f"b{lead.pk}-body": "<p>To <strong>106</strong>.</p>"}
    sent |= {f"b{lead.pk}-label": "Write", f"b{lead.pk}-url": "https://example.org/write"}
    desk.post(address("issue_write", issue, lang="en"), sent)
    content = MailingContent.objects.get(mailing=issue)
    assert (content.subject, content.preheader, content.is_reviewed) == (
        "The vote",
        "Six points before 9 December.",
        True,
    )
    text = BlockText.objects.get(block=lead)
    assert (text.heading, text.body, text.url) == (
        "We wrote",
        "<p>To <strong>106</strong>.</p>",
        "https://example.org/write",
    )
    assert again(issue).version == before + 1


@pytest.mark.parametrize("kind", [kind for kind in Block.Kind.values if kind != "item"])
def test_every_kind_of_block_is_added_with_a_plain_button(desk, issue, kind):
    answer = desk.post(address("block_add", issue, lang="en"), {**opened(desk, issue), "kind": kind})
    block = Block.objects.get(mailing=issue, position=2)
    assert block.kind == kind
    assert answer.url.endswith(f"&at=first-{block.pk}")
    assert desk.get(answer.url).status_code == 200


def test_an_item_is_added_for_a_published_statement_and_no_other(desk, issue, published):
    statement, secret = published(), published(status="withdrawn")
    sent = {**opened(desk, issue), "kind": "item"}
    for source in ("", f"statement-{secret.pk}", "statement-x", "plan-99999999999999999999"):
        desk.post(address("block_add", issue, lang="en"), {**sent, "source": source})
    assert Block.objects.filter(mailing=issue, kind="item").count() == 0
    desk.post(address("block_add", issue, lang="en"), {**sent, "source": f"statement-{statement.pk}"})
    item = Block.objects.get(mailing=issue, kind="item")
    assert item.texts.get().heading == "Compensation is a right"


def test_a_block_is_put_below_another_and_moved_and_taken_out(desk, issue, lead):
    first = blocks.add(issue, "text", actor=issue.author)
    desk.post(address("block_add", issue, lang="en"), {**opened(desk, issue), "kind": "dates", "after": lead.pk})
    kinds = lambda: [(block.position, block.kind) for block in issue.blocks.order_by("position")]  # noqa: E731
    assert kinds() == [(1, "lead"), (2, "dates"), (3, "text")]
    answer = desk.post(address("block_up", issue, first.pk, lang="en"), opened(desk, issue))
    assert kinds() == [(1, "lead"), (2, "text"), (3, "dates")]
    focused = re.search(r"<button[^>]*autofocus[^>]*>", page(desk.get(answer.url)))
    assert f"/blocks/{first.pk}/up/" in focused[0]
    desk.post(address("block_down", issue, first.pk, lang="en"), opened(desk, issue))
    assert kinds() == [(1, "lead"), (2, "dates"), (3, "text")]
    desk.post(address("block_down", issue, first.pk, lang="en"), opened(desk, issue))
    assert kinds()[-1] == (3, "text")
    desk.post(address("block_remove", issue, lead.pk, lang="en"), opened(desk, issue))
    assert kinds() == [(1, "dates"), (2, "text")]


def test_every_button_saves_what_was_typed_first(desk, issue, lead):
    other = blocks.add(issue, "text", actor=issue.author)
    sent = opened(desk, issue) | {f"b{lead.pk}-heading": "Typed and not saved", f"b{other.pk}-body": "<p>So too</p>"}
    desk.post(address("block_up", issue, other.pk, lang="en"), sent)
    assert BlockText.objects.get(block=lead).heading == "Typed and not saved"
    assert BlockText.objects.get(block=other).body == "<p>So too</p>"


def test_rows_are_kept_and_three_empty_ones_follow(desk, issue):
    figures = blocks.add(issue, "figures", actor=issue.author)
    sent = opened(desk, issue)
    assert sum(name.endswith("-label") for name in sent if name.startswith(f"b{figures.pk}-r")) == 3
    key = f"b{figures.pk}"
    sent |= {f"{key}-r0-label": "Legal aid", f"{key}-r0-value": "10", f"{key}-r0-of": "23"}
    sent |= {f"{key}-r2-label": "Right to stay", f"{key}-r2-value": "0", f"{key}-r2-of": "23"}
    answer = desk.post(address("block_rows", issue, figures.pk, lang="en"), sent)
    assert figures.texts.get().rows == [
        {"label": "Legal aid", "value": 10, "of": 23},
        {"label": "Right to stay", "value": 0, "of": 23},
    ]
    more = form_of(desk.get(answer.url))
    assert sum(name.endswith("-label") for name in more if name.startswith(f"{key}-r")) == 5


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"label": "Legal aid", "value": "24", "of": "23"}, "More than there are"),
        ({"label": "Legal aid", "value": "", "of": "23"}, "This field is required"),
        ({"label": "", "value": "3", "of": "23"}, "This field is required"),
        ({"label": "Legal aid", "value": "-1", "of": "23"}, "greater than or equal to 0"),
        ({"label": "Legal aid", "value": "ten", "of": "23"}, "Enter a whole number"),
        ({"label": "x" * 121, "value": "1", "of": "23"}, "at most 120"),
    ],
)
def test_a_row_that_cannot_be_says_which_and_why(desk, issue, row, sentence):
    figures = blocks.add(issue, "figures", actor=issue.author)
    sent = opened(desk, issue) | {f"b{figures.pk}-r1-{name}": value for name, value in row.items()}
    answer = desk.post(address("issue_write", issue, lang="en"), sent)
    assert answer.status_code == 422
    assert sentence in page(answer)
    assert "Block 2, Figures as bars:" in page(answer)
    assert not figures.texts.exists()


def test_the_topic_of_a_block_is_chosen_among_those_of_the_list(desk, issue, lead, monthly):
    topic = monthly.topics.first()
    sent = opened(desk, issue)
    desk.post(address("issue_write", issue, lang="en"), {**sent, f"b{lead.pk}-topic": topic.pk})
    assert Block.objects.get(pk=lead.pk).topic == topic
    other = ContactList.objects.create(name="Another").topics.create(slug="x")
    answer = desk.post(address("issue_write", issue, lang="en"), {**opened(desk, issue), f"b{lead.pk}-topic": other.pk})
    assert answer.status_code == 422
    assert Block.objects.get(pk=lead.pk).topic == topic


def test_an_edit_takes_an_issue_in_review_back_to_a_draft_and_says_so(desk, issue, lead):
    Mailing.objects.filter(pk=issue.pk).update(status="in_review")
    sent = opened(desk, issue)
    answer = desk.post(address("issue_write", issue, lang="en"), {**sent, "subject": "Other"}, follow=True)
    assert "needs a new approval" in page(answer)
    assert Mailing.objects.get(pk=issue.pk).status == "draft"


def test_a_language_is_added_written_and_taken_out(desk, issue, lead):
    blocks.put_words(lead, {"en": Words("We wrote", "<p>To them.</p>")}, actor=issue.author)
    answer = desk.post(address("issue_language_add", issue), {"language": "fr"})
    shown = page(desk.get(answer.url))
    assert "The English words, to translate" in shown
    assert "We wrote" in shown
    sent = opened(desk, issue, "fr") | {"subject": "Le vote", f"b{lead.pk}-heading": "Nous avons écrit"}
    desk.post(address("issue_write", issue, lang="fr"), sent)
    assert BlockText.objects.get(block=lead, language="fr").heading == "Nous avons écrit"
    assert BlockText.objects.get(block=lead, language="en").heading == "We wrote"
    desk.post(address("issue_language_remove", issue, "fr"))
    assert list(issue.contents.values_list("language", flat=True)) == ["en"]


def test_a_language_that_the_issue_has_not_shows_the_source(desk, issue):
    for language in ("xx", "fr", "../etc", "en%00"):
        answer = desk.get(address("issue_write", issue) + f"?lang={language}")
        assert answer.status_code == 200
        assert "whoever has no version in their language" in page(answer)


def test_a_source_that_changed_is_told_compared_and_taken_over(desk, issue, published, officer):
    old = published("Old words")
    item = drafting.add_block(issue, "item", source=old, actor=officer)
    new = published("New words")
    type(new).objects.filter(pk=new.pk).update(supersedes=old)
    assert "has changed since" in page(desk.get(address("issue_write", issue)))
    sent = opened(desk, issue) | {"subject": "Typed"}
    answer = desk.post(address("block_source", issue, item.pk, lang="en"), sent)
    assert MailingContent.objects.get(mailing=issue).subject == "Typed"
    assert "New" in page(desk.get(answer.url))
    desk.post(address("block_refresh", issue, item.pk, lang="en"))
    assert item.texts.get().heading == "New words"
    assert "has changed since" not in page(desk.get(address("issue_write", issue)))


def test_a_block_whose_source_changed_may_stay_as_it_is(desk, issue, published, officer, again):
    old = published("Old words")
    item = drafting.add_block(issue, "item", source=old, actor=officer)
    new = published("New words")
    type(new).objects.filter(pk=new.pk).update(supersedes=old)
    version = again(issue).version
    desk.post(address("block_refresh", issue, item.pk, lang="en"), {"keep": "1"})
    assert item.texts.get().heading == "Old words"
    assert again(issue).version == version
    assert "has changed since" not in page(desk.get(address("issue_write", issue)))


def test_title_and_sender_are_changed(desk, issue):
    other = SenderFactory(from_email="news@platform.example")
    sent = {"details-title": "Renamed", "details-sender": other.pk}
    desk.post(address("issue_details", issue), sent)
    assert Mailing.objects.filter(title="Renamed", sender=other).exists()
    shown = page(desk.post(address("issue_details", issue), {"details-title": ""}, follow=True))
    assert "give the issue a title" in shown


def test_what_has_been_sent_is_not_written_any_more(desk, issue, lead, approver):
    from django.utils import timezone

    sent = opened(desk, issue)
    now = timezone.now()
    columns = {"status": "finished", "approver": approver, "approved_at": now, "frozen_at": now, "finished_at": now}
    Mailing.objects.filter(pk=issue.pk).update(**columns)
    assert desk.get(address("issue_write", issue)).status_code == 302
    for name, more in (("block_up", [lead.pk]), ("block_remove", [lead.pk]), ("block_add", [])):
        desk.post(address(name, issue, *more, lang="en"), {**sent, "kind": "text", "subject": "Late"})
    assert Block.objects.filter(mailing=issue).count() == 1
    assert MailingContent.objects.get(mailing=issue).subject == "November"
