"""An approved statement becomes a letter to LIBE and FEMM in three languages, is answered, and the rest is followed up.

A real Chromium, real workers and beat, a real mail server that takes the letters and one (dovecot) that holds what
comes back. Three times: by pointer, with clicks and seconds counted against the budgets; by keyboard alone; and without
JavaScript, where no page is asked for in parts.
"""

import email
import email.policy
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db.models import F

from advocacy.models import Position
from mailing.models import Delivery, IncomingMail, Mailing, Reply
from mailing.tasks import collect_mail
from tests.e2e.hands import EDITOR, Counting, Keyboard
from tests.e2e.letters import HOLD, let_the_hold_pass
from tests.e2e.parliament import MEMBERS, REFUSED, UNANSWERED, answers, approved_statement, parliament
from tests.factories import PASSWORD
from tests.mailing.imap_server import Dovecot, is_installed
from tests.processes import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

# What the desk promises (clicks, seconds). The seconds are for a person who reads; the machine alone takes a part.
TO_APPROVAL, TO_DECIDE, TO_SORT = (10, 6 * 60), (5, 2 * 60), (1, 10)
# Three languages to read, each with a tab, a tick and a save.
TO_FOLLOW_UP = (15, 6 * 60)


class WithoutScripts(Counting):
    """A pointer in a browser that runs no script."""

    name = "no script"


class Walk:
    """An officer and an approver, each at a window of their own with a hand of the same kind."""

    def __init__(self, officer_window, approver_window, hand):
        self.windows = officer_window, approver_window
        self.officer, self.approver = (hand(window.page) for window in self.windows)

    @contextmanager
    def within(self, hand, budget):
        """What is done inside takes no more clicks and seconds than promised; only the counted hand is held to it."""
        before, began = getattr(hand, "clicks", 0), time.monotonic()
        yield
        clicks, seconds = getattr(hand, "clicks", 0) - before, time.monotonic() - began
        assert clicks <= budget[0], f"{clicks} clicks instead of {budget[0]}"
        assert seconds <= budget[1], f"{seconds:.0f} seconds instead of {budget[1]}"

    def make_the_letter(self, statement, approver):
        window, hand = self.windows[0], self.officer
        page = window.open(f"/desk/statements/{statement.reference}/")
        with self.within(hand, TO_APPROVAL):
            hand.press("button", "Make a letter")
            if hand.name != "no script":
                page.locator(EDITOR).wait_for()
            assert page.locator(".langs li").count() == 3
            hand.press("button", "Continue to audience")
            hand.tick("LIBE")
            hand.tick("FEMM")
            hand.choose("Role", "Full members")
            hand.press("button", "Continue to check")
            hand.press("link", "Continue to approval")
            hand.choose("Colleague", approver.name)
            hand.press("button", "Ask for approval")
        page.get_by_text("You cannot approve your own letter").first.wait_for()

    def read_and_approve(self, people):
        window, hand = self.windows[1], self.approver
        page = window.open("/desk/")
        with self.within(hand, TO_DECIDE):
            hand.press("link", "Read and decide")
            assert page.locator(".previews iframe").count() == 3
            hand.press("button", f"Approve {people} letters")
        hand.press("button", f"Send {people} letters")
        page.get_by_role("heading", name=f"{people} letters are scheduled").wait_for()
        let_the_hold_pass(Mailing.objects.get(status="scheduled"))

    def watch_it_end(self, mailing):
        page = self.windows[0].open(f"/desk/letters/{mailing.reference}/")
        page.get_by_text(f"{len(MEMBERS) - 1} of {len(MEMBERS)} letters sent").first.wait_for(timeout=60_000)

    def sort_the_answers(self):
        """Newest first: each press sorts one and opens the next."""
        window, hand = self.windows[0], self.officer
        page = window.open("/desk/")
        hand.press("link", "Replies")
        for sort in ("Supports", "Asks a question"):
            with self.within(hand, TO_SORT):
                if hand.name == "keyboard":
                    with page.expect_navigation():
                        page.keyboard.press("14"[sort.startswith("Asks")])
                else:
                    hand.press("button", sort)
        page.get_by_text("Nothing to sort.").wait_for()

    def follow_up(self, approver):
        window, hand = self.windows[0], self.officer
        page = window.open("/desk/")
        with self.within(hand, TO_FOLLOW_UP):
            hand.press("link", "Draft a follow-up")
            hand.press("button", f"Draft a follow-up to {len(UNANSWERED)} people")
            # A speaker reads each language; no draft of ours leaves unread.
            for language in ("French", "German", "English"):
                hand.press("link", language)
                hand.tick("A speaker has read this version")
                hand.press("button", "Continue to audience" if language == "English" else "Save")
            page.get_by_text(f"{len(UNANSWERED)} people will get this letter.").wait_for()
            hand.press("button", "Continue to check")
            hand.press("link", "Continue to approval")
            hand.choose("Colleague", approver.name)
            hand.press("button", "Ask for approval")


@pytest.fixture
def mailbox():
    """Debian's dovecot on loopback."""
    if not is_installed():
        pytest.skip("Debian's package dovecot-imapd is not installed: nothing can be collected.")
    with Dovecot() as server:
        yield server


@pytest.fixture
def post_office(catcher, mailbox, start_solo, start_forked_beat, settings):
    """A worker and beat that send to the catcher, which refuses one address, and collect from the mailbox."""
    settings.SEND_HOLD_SECONDS = HOLD
    refused = {member.email for member in MEMBERS if member.comes_back == "refused"}
    catcher.on_rcpt = lambda address: REFUSED if address in refused else None
    start_solo(INBOUND_IMAP_URL=mailbox.url())
    start_forked_beat()
    return catcher


@pytest.mark.parametrize("hand", [Counting, Keyboard, WithoutScripts], ids=lambda hand: hand.name)
def test_a_letter_to_parliament_is_sent_answered_and_followed_up(hand, visit, officer, approver, post_office, mailbox):
    parliament()
    statement = approved_statement(officer, approver)
    options = {"java_script_enabled": hand is not WithoutScripts}
    with visit(**options) as one, visit(**options) as other:
        one.sign_in(officer, PASSWORD)
        other.sign_in(approver, PASSWORD)
        walk = Walk(one, other, hand)
        walk.make_the_letter(statement, approver)
        walk.read_and_approve(len(MEMBERS))
        mailing = Mailing.objects.get()
        wait_until(lambda: len(post_office.letters) >= len(MEMBERS) - 1, 60, "the letters do not arrive")
        first = list(post_office.letters)
        assert_each_reads_their_own_language(first)
        walk.watch_it_end(mailing)
        let_answers_in(mailbox, mailing)
        walk.sort_the_answers()
        assert_answers_count(mailing)
        let_three_weeks_pass(mailing)
        walk.follow_up(approver)
        walk.read_and_approve(len(UNANSWERED))
        wait_until(lambda: len(post_office.letters) >= len(first) + len(UNANSWERED), 60, "no follow-up arrives")
        assert_it_answers_the_first(post_office.letters[len(first) :], first)
        for window in walk.windows:
            window.check_no_complaints()


def let_answers_in(mailbox, mailing):
    """Two answers, a holiday note and a returned letter lie in the mailbox; the worker fetches and sorts them."""
    found = list(answers(mailing))
    mailbox.deliver(*found)
    collect_mail.delay()
    handled = IncomingMail.objects.filter(handled_at__isnull=False)
    wait_until(lambda: handled.count() == len(found), 60, "what came back is not handled")
    assert sorted(handled.values_list("kind", flat=True)) == ["auto_reply", "dsn", "reply", "reply"]
    assert Reply.objects.filter(is_auto=False, delivery__isnull=False).count() == 2
    assert Delivery.objects.filter(bounced_at__isnull=False).count() == 1


def assert_each_reads_their_own_language(letters):
    """One letter each, opened in the language and gender of its reader; none to whom the server refused."""
    expected = {one.email: one.opening for one in MEMBERS if one.comes_back != "refused"}
    assert sorted(caught.recipient for caught in letters) == sorted(expected)
    for caught in letters:
        message = message_of(caught)
        assert expected[caught.recipient] in message.get_body(["plain"]).get_content()


def assert_answers_count(mailing):
    """Who supports stands so on the campaign, who asked stands nowhere, and a machine's note is no answer."""
    sorts = {reply.sort: reply for reply in Reply.objects.filter(mailing=mailing, is_auto=False)}
    assert set(sorts) == {"supports", "question"}
    stances = Position.objects.filter(campaign=mailing.campaign).values_list("contact", "stance")
    assert list(stances) == [(sorts["supports"].contact_id, "supportive")]
    assert mailing.deliveries.filter(replied_at__isnull=False).count() == 2


def let_three_weeks_pass(mailing):
    """As if it had been sent three weeks ago."""
    wait_until(lambda: Mailing.objects.get(pk=mailing.pk).status == "finished", 30, "it does not end")
    passed = timedelta(days=21)
    times = {name: F(name) - passed for name in ("scheduled_at", "started_at", "finished_at")}
    Mailing.objects.filter(pk=mailing.pk).update(**times)
    mailing.deliveries.filter(status="sent").update(sent_at=F("sent_at") - passed)


def assert_it_answers_the_first(letters, first):
    """One each to exactly those who have not answered, under the first one in their mail program."""
    numbers = {caught.recipient: message_of(caught)["Message-ID"] for caught in first}
    names = {one.email: one.name for one in MEMBERS}
    assert sorted(names[caught.recipient] for caught in letters) == sorted(UNANSWERED)
    for caught in letters:
        message = message_of(caught)
        assert message["In-Reply-To"] == numbers[caught.recipient]
        assert message["Message-ID"] != numbers[caught.recipient]
        assert message["Subject"].startswith("Re: ")


def message_of(caught):
    return email.message_from_bytes(caught.data, policy=email.policy.default)
