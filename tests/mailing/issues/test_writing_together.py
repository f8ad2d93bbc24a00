"""Two people write one issue: both keep their words, and nobody's are overwritten."""

import pytest

from mailing.issues import blocks
from mailing.models import BlockText, Mailing, MailingContent
from tests.mailing.issues.hands import address, form_of, opened, page

pytestmark = pytest.mark.django_db


def test_two_people_in_two_blocks_both_keep_their_words(desk, issue, lead, officer, sign_in, approver):
    other = blocks.add(issue, "text", actor=officer)
    mine, theirs = opened(desk, issue), opened(desk, issue)
    desk.post(address("issue_write", issue, lang="en"), {**mine, f"b{lead.pk}-heading": "Mine"})
    sign_in(approver).post(address("issue_write", issue, lang="en"), {**theirs, f"b{other.pk}-heading": "Theirs"})
    assert BlockText.objects.get(block=lead).heading == "Mine"
    assert BlockText.objects.get(block=other).heading == "Theirs"


def test_two_people_in_one_block_see_both_texts_and_nothing_is_lost(desk, issue, lead, sign_in, approver, officer):
    url = address("issue_write", issue, lang="en")
    mine = opened(desk, issue)
    client = sign_in(approver)
    client.post(url, {**opened(client, issue), f"b{lead.pk}-heading": "Theirs"})
    client = sign_in(officer)
    answer = client.post(url, {**mine, f"b{lead.pk}-heading": "Mine", "subject": "A new subject"})
    shown = page(answer)
    assert answer.status_code == 409
    assert "Theirs" in shown
    assert 'value="Mine"' in shown
    assert f"{approver.name} changed this block" in shown
    assert BlockText.objects.get(block=lead).heading == "Theirs"
    assert MailingContent.objects.get(mailing=issue).subject == "A new subject"
    client.post(url, form_of(answer))
    assert BlockText.objects.get(block=lead).heading == "Mine"


def test_a_block_that_somebody_added_meanwhile_stops_no_save(desk, issue, lead, officer):
    sent = opened(desk, issue)
    blocks.add(issue, "figures", actor=officer)
    answer = desk.post(address("issue_write", issue, lang="en"), {**sent, f"b{lead.pk}-heading": "Mine"})
    assert answer.status_code == 302
    assert BlockText.objects.get(block=lead).heading == "Mine"
    assert issue.blocks.count() == 2


def test_words_of_a_block_that_was_taken_out_meanwhile_are_shown(desk, issue, lead, officer):
    sent = opened(desk, issue) | {f"b{lead.pk}-heading": "Precious words", "subject": "Kept"}
    blocks.remove(lead, actor=officer)
    answer = desk.post(address("issue_write", issue, lang="en"), sent)
    assert answer.status_code == 409
    assert "Precious words" in page(answer)
    assert "took out meanwhile" in page(answer)
    assert MailingContent.objects.get(mailing=issue).subject == "Kept"


def test_a_page_saves_while_somebody_types_and_says_when_it_could_not(desk, issue, lead, approver):
    url = address("issue_write", issue, lang="en")
    sent = opened(desk, issue)
    htmx = {"HX-Request": "true"}
    for words in ("One", "One two"):
        answer = desk.post(url, {**sent, f"b{lead.pk}-heading": words}, headers=htmx)
        assert (answer.status_code, answer["X-Saved"]) == (200, "yes")
    assert BlockText.objects.get(block=lead).heading == "One two"
    BlockText.objects.filter(block=lead).update(heading="Theirs", edition=9, saved_from="x", changed_by=approver)
    answer = desk.post(url, {**sent, f"b{lead.pk}-heading": "One two three"}, headers=htmx)
    assert answer["X-Saved"] == "no"
    assert "Press Save to see both" in page(answer)
    assert BlockText.objects.get(block=lead).heading == "Theirs"
    Mailing.objects.filter(pk=issue.pk).update(status="in_review")
    answer = desk.post(url, {**sent, "subject": "Late"}, headers=htmx)
    assert answer["X-Saved"] == "no"
    assert Mailing.objects.get(pk=issue.pk).status == "in_review"
