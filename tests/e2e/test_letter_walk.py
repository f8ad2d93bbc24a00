"""The whole flow in a real browser: statement, letter, approval, sending, report.

Two people at two windows, a real worker and beat, real SMTP to a catcher. axe looks at every page on the way. By
keyboard alone and without scripts: tests/e2e/test_statement_walk.py and test_letter_to_parliament.py.
"""

import email
import email.policy

import pytest

from advocacy.models import Statement
from contacts.reference import load_reference
from mailing.models import Delivery, Mailing
from tests.e2e.hands import Pointer
from tests.e2e.letters import HOLD, let_the_hold_pass
from tests.factories import PASSWORD, BodyFactory, ContactFactory, MandateFactory, MembershipFactory, SenderFactory
from tests.processes import BeatProcess, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PEOPLE = [
    ("Niamh", "Quill", "F", "IE", "Dear Ms Quill,"),
    ("Oran", "Fallow", "M", "IE", "Dear Mr Fallow,"),
    ("Sanne", "Kuiperveld", "F", "NL", "Dear Ms Kuiperveld,"),
    ("Robin", "Tarn", "X", "IE", "Dear Robin Tarn,"),
]


@pytest.fixture
def committee(transactional_db):
    """Four invented members of LIBE, one substitute and one who is not on it."""
    load_reference()
    libe = BodyFactory(code="LIBE")
    for given, family, gender, country, _opening in PEOPLE:
        seat(libe, given, family, gender, country, role="member")
    seat(libe, "Sub", "Stitute", "F", "IE", role="substitute")
    seat(BodyFactory(code="BUDG"), "Not", "Here", "M", "IE", role="member")
    SenderFactory(is_default=True)
    return libe


def seat(body, given, family, gender, country, *, role):
    contact = ContactFactory(
        given_name=given,
        family_name=family,
        gender=gender,
        country=country,
        email=f"{given.lower()}.{family.lower()}@parliament.example",
    )
    MembershipFactory(mandate=MandateFactory(contact=contact), body=body, role=role)


class Walk:
    """An officer and an approver, each at a window of their own."""

    def __init__(self, officer_window, approver_window, officer, approver):
        self.windows = (officer_window, approver_window)
        self.officer_window, self.approver_window = self.windows
        self.officer_user, self.approver_user = officer, approver
        self.officer = Pointer(officer_window.page)
        self.approver = Pointer(approver_window.page)

    def look(self, window, where):
        """axe, sideways scrolling and the browser's complaints, on the page that is open now."""
        window.check_page(where)
        window.check_no_complaints()

    def write_and_approve_a_statement(self):
        window, hand = self.officer_window, self.officer
        window.open("/accounts/login/")
        self.look(window, "sign-in")
        window.sign_in(self.officer_user, PASSWORD)
        self.look(window, "desk")
        hand.press("link", "New statement")
        hand.write("Title", "Compensation is a right")
        self.look(window, "new statement")
        hand.press("button", "Start writing")
        window.page.locator(".ck-editor__editable").wait_for()
        hand.write_in_editor("People who were trafficked have a right to compensation.")
        hand.tick("A second reader has checked this language version")
        self.look(window, "statement editor")
        hand.press("button", "Save and leave")
        hand.press("link", "Fill in")
        hand.write("Occasion", "EU Anti-Trafficking Day")
        hand.write("Contact for readers", "Press office, press@platform.example")
        self.look(window, "facts of the statement")
        hand.press("button", "Save the facts")
        hand.press("button", "Send for review")
        window.page.get_by_text("asked for review").wait_for()
        self.look(window, "statement in review")
        self.approver_window.sign_in(self.approver_user, PASSWORD)
        self.approver.press("link", "Read")
        self.approver.press("button", "Approve these words")
        self.approver_window.page.get_by_role("button", name="Publish now").wait_for()
        self.look(self.approver_window, "approved statement")

    def make_the_letter(self):
        window, hand = self.officer_window, self.officer
        window.page.reload()
        hand.press("button", "Make a letter")
        window.page.locator(".ck-editor__editable").wait_for()
        self.look(window, "write")
        hand.tick("A speaker has read this version: it may be sent")
        hand.press("button", "Continue to audience")
        hand.tick("LIBE")
        hand.choose("Role", "Full members")
        hand.press("button", "Save and count")
        window.page.get_by_text("4 people will get this letter.").wait_for()
        self.look(window, "audience")
        hand.press("link", "Next recipient")
        window.page.get_by_text("2 of 4").wait_for()
        hand.press("button", "Continue to check")
        window.page.get_by_role("heading", name="Send me a test").wait_for()
        self.look(window, "check")
        hand.press("link", "Continue to approval")
        hand.choose("Colleague", self.approver_user.name)
        self.look(window, "ask for approval")
        hand.press("button", "Ask for approval")
        window.page.get_by_text("You cannot approve your own letter").first.wait_for()

    def approve_and_send(self):
        window, hand = self.approver_window, self.approver
        window.open("/desk/")
        self.look(window, "desk with a task")
        hand.press("link", "Read and decide")
        self.look(window, "approve")
        hand.press("button", "Approve 4 letters")
        self.look(window, "send")
        hand.press("button", "Send 4 letters")
        window.page.get_by_role("heading", name="4 letters are scheduled").wait_for()
        self.look(window, "scheduled")
        mailing = Mailing.objects.get()
        let_the_hold_pass(mailing)
        window.page.wait_for_url(f"**/desk/letters/{mailing.reference}/", timeout=60_000)

    def read_the_report(self, reference):
        window = self.officer_window
        window.open(f"/desk/letters/{reference}/")
        window.page.get_by_text("4 of 4 letters sent").wait_for(timeout=60_000)
        # The page reads itself anew when the last letter has left.
        ended = Mailing.objects.filter(reference=reference, status=Mailing.Status.FINISHED)
        wait_until(ended.exists, 60, "the letter does not end")
        window.open(f"/desk/letters/{reference}/")
        self.look(window, "report")


@pytest.mark.smoke
def test_a_statement_becomes_letters_in_mailboxes(visit, committee, officer, approver, start_worker, catcher, settings):
    settings.SEND_HOLD_SECONDS = HOLD
    start_worker()
    start_worker(BeatProcess)
    with visit() as officer_window, visit() as approver_window:
        walk = Walk(officer_window, approver_window, officer, approver)
        walk.write_and_approve_a_statement()
        walk.make_the_letter()
        walk.approve_and_send()
        mailing = Mailing.objects.get()
        wait_until(lambda: len(catcher.letters) >= 4, 60, "the letters do not arrive")
        walk.read_the_report(mailing.reference)
        for window in walk.windows:
            window.check_no_complaints()
    assert Statement.objects.get().status == "approved"
    assert sorted(catcher.recipients) == sorted(Delivery.objects.values_list("email", flat=True))
    assert_each_is_greeted(catcher)


def assert_each_is_greeted(catcher):
    """One message each, with the right salutation."""
    openings = {f"{given}.{family}@parliament.example".lower(): opening for given, family, *_rest, opening in PEOPLE}
    assert sorted(catcher.recipients) == sorted(openings)
    for caught in catcher.letters:
        message = email.message_from_bytes(caught.data, policy=email.policy.default)
        text = message.get_body(preferencelist=("plain",)).get_content()
        assert openings[caught.recipient] in text
        assert "right to compensation" in text
