"""The demo's two issues: one from what was published that has its approval, and one with all kinds that waits."""

import pytest
from django.test import TestCase

from desk.demo.issues import blocks_in
from desk.demo.load import load
from mailing import checklist
from mailing.models import Delivery, Mailing

pytestmark = pytest.mark.django_db


class TestAfterTheLoad(TestCase):
    """As it is before a worker has sent anything; loaded once for all of these."""

    @classmethod
    def setUpTestData(cls):
        found = load(send=False)
        cls.first, cls.second = (Mailing.objects.get(reference=found[name]) for name in ("issue_sent", "issue_waiting"))

    def test_the_first_is_put_together_from_what_was_published_and_approved_by_a_second_person(self):
        assert blocks_in(self.first) == ["lead", "item", "item", "figures"]
        assert self.first.status == "approved"
        assert self.first.approver.email == "approver@demo.example"
        assert self.first.author.email == "officer@demo.example"

    def test_nobody_is_written_down_before_an_issue_starts(self):
        assert not Delivery.objects.filter(mailing__kind="newsletter").exists()

    def test_the_second_has_a_block_of_each_kind_two_of_them_for_a_topic_and_waits(self):
        assert blocks_in(self.second) == ["lead", "item", "figures", "text", "button", "dates", "members"]
        topics = {block.kind: block.topic for block in self.second.blocks.all()}
        assert [kind for kind, topic in topics.items() if topic] == ["text", "members"]
        assert self.second.status == "in_review"
        assert self.second.asked_approver.email == "approver@demo.example"

    def test_both_are_reviewed_in_two_languages_and_nothing_blocks_them(self):
        for issue in (self.first, self.second):
            assert set(issue.contents.values_list("language", "is_reviewed")) == {("en", True), ("fr", True)}
            bad = [item.title for item in checklist.run(issue).items if item.tone == "bad"]
            assert bad == []
            assert issue.is_sample
