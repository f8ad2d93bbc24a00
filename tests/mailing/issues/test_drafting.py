"""Beginning an issue: its number, its audience, its languages; from nothing and from an earlier one."""

import pytest

from accounts.models import AuditEvent
from mailing.issues import blocks, drafting
from mailing.issues.blocks import Words
from mailing.lifecycle import LifecycleError
from mailing.models import AudienceRule, Block, BlockText, Mailing, MailingContent, Sender
from tests.factories import SenderFactory

pytestmark = pytest.mark.django_db


def test_an_issue_has_a_number_of_its_own_and_its_list_as_audience(monthly, officer, settings):
    SenderFactory()
    first = drafting.begin(monthly, title="November", language="en", actor=officer)
    second = drafting.begin(monthly, title="December", language="en", actor=officer)
    assert first.reference.startswith(f"{settings.REFERENCE_PREFIX}-N-")
    assert (first.reference[-3:], second.reference[-3:]) == ("001", "002")
    assert (first.kind, first.contact_list, first.owner) == ("newsletter", monthly, monthly.owner)
    assert first.has_papers is False
    rule = AudienceRule.objects.get(mailing=first)
    assert (rule.effect, rule.contact_list) == ("include", monthly)
    assert AuditEvent.objects.filter(sentence=f"started {first.reference}", actor=officer).exists()


def test_an_issue_begins_with_a_lead_to_be_written_and_nothing_reviewed(issue):
    block = Block.objects.get(mailing=issue)
    assert (block.kind, block.position) == ("lead", 1)
    assert BlockText.objects.get(block=block).language == "en"
    content = MailingContent.objects.get(mailing=issue)
    assert (content.subject, content.body, content.is_reviewed) == ("November", "", False)


def test_no_issue_without_a_sender(monthly, officer):
    Sender.objects.all().delete()
    with pytest.raises(LifecycleError):
        drafting.begin(monthly, title="November", language="en", actor=officer)
    assert not Mailing.objects.exists()


def test_an_issue_from_an_earlier_one_has_its_blocks_words_and_topics_and_none_of_its_decisions(
    issue, monthly, officer, published
):
    topic = monthly.topics.first()
    item = drafting.add_block(issue, "item", source=published(), actor=officer)
    Block.objects.filter(pk=item.pk).update(topic=topic)
    MailingContent.objects.filter(mailing=issue).update(is_reviewed=True, preheader="What we did")
    later = drafting.begin_from(issue, title="December", actor=officer)
    assert later.reference != issue.reference
    assert [row.kind for row in later.blocks.all()] == ["lead", "item"]
    copy = later.blocks.get(kind="item")
    assert (copy.statement_id, copy.topic, copy.pk == item.pk) == (item.statement_id, topic, False)
    assert copy.texts.get(language="en").heading == "Compensation is a right"
    content = later.contents.get()
    assert (content.preheader, content.is_reviewed, later.status) == ("What we did", False, "draft")
    assert later.audience_rules.get().contact_list == monthly


def test_a_language_takes_over_what_sources_say_in_it_and_leaves_the_rest_open(issue, officer, published):
    item = drafting.add_block(issue, "item", source=published(fr="La réparation est un droit"), actor=officer)
    figures = blocks.add(issue, "figures", actor=officer)
    members = blocks.add(issue, "members", actor=officer)
    blocks.put_words(figures, {"en": Words("Six", rows=[{"label": "Legal aid", "value": 3, "of": 23}])}, actor=officer)
    news = [{"title": "A map", "url": "https://example.org/map", "text": "Of what works"}]
    blocks.put_words(members, {"en": Words("News", rows=news)}, actor=officer)
    drafting.add_language(issue, "fr", actor=officer)
    assert item.texts.get(language="fr").heading == "La réparation est un droit"
    assert figures.texts.get(language="fr").rows == [{"label": "", "value": 3, "of": 23}]
    assert members.texts.get(language="fr").rows == [{"title": "", "url": "https://example.org/map", "text": ""}]
    assert issue.contents.get(language="fr").subject == ""


def test_a_language_that_is_there_already_is_refused_and_leaves_no_trace(issue, officer, again):
    version = again(issue).version
    with pytest.raises(LifecycleError, match="exists already"):
        drafting.add_language(issue, "en", actor=officer)
    assert again(issue).version == version


def test_a_statement_that_was_replaced_is_told_and_taken_over_on_demand(issue, officer, published):
    from mailing.issues import sources

    old = published("Old words")
    item = drafting.add_block(issue, "item", source=old, actor=officer)
    assert sources.stale_blocks(blocks.in_order(issue)) == set()
    new = published("New words")
    type(new).objects.filter(pk=new.pk).update(supersedes=old)
    assert sources.stale_blocks(blocks.in_order(issue)) == {item.pk}
    MailingContent.objects.filter(mailing=issue).update(is_reviewed=True)
    assert drafting.take_over(item, actor=officer)
    item.refresh_from_db()
    assert item.statement == new
    assert item.texts.get(language="en").heading == "New words"
    assert issue.contents.get().is_reviewed is False
    assert sources.stale_blocks(blocks.in_order(issue)) == set()
