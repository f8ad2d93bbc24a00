"""Fill an empty database with the demo: accounts, people, texts, a letter that was answered and one that waits."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from advocacy import publishing
from advocacy.models import Statement
from desk.demo import walk
from desk.demo.accounts import make_accounts
from desk.demo.address_book import make_address_book
from desk.demo.answers import let_it_be_answered, write_passage
from desk.demo.campaign import make_campaign
from desk.demo.issues import make_issues
from desk.demo.plan import make_plan
from desk.demo.readers import make_readers
from mailing import lifecycle
from mailing.models import Mailing

SENT_TO = ["FEMM", "LIBE"]
WAITS_FOR = ["BUDG", "EMPL"]


def load(*, send: bool = True, say: Callable[[str], object] = lambda text: None) -> dict[str, Any]:
    """Load everything that is missing, in order, and give counts. A worker must run when `send` is true.

    Each part looks whether it is there, so a load that was cut short goes on where it stopped.
    """
    people = make_accounts()
    officer, approver = people[User.Role.OFFICER], people[User.Role.APPROVER]
    if not Statement.objects.filter(is_sample=True).exists():
        say("Loading invented people, texts and mailings (once).")
        walk.import_people()
    make_address_book(officer)
    readers = make_readers(officer)
    statement = _statement(officer, approver)
    make_plan(officer, approver)
    make_campaign(officer, approver)
    statement.refresh_from_db()
    sent = _letter(statement, SENT_TO, officer)
    if sent.status == Mailing.Status.DRAFT:
        walk.approve_letter(sent, writer=officer, approver=approver)
        sent.refresh_from_db()
    if send and sent.status in (Mailing.Status.APPROVED, Mailing.Status.SCHEDULED, Mailing.Status.SENDING):
        sent = walk.send_and_wait(sent, actor=approver)
    let_it_be_answered(sent)
    waits = _letter(statement, WAITS_FOR, officer)
    if waits.status == Mailing.Status.DRAFT and waits.submitted_at is None and not waits.transitions.exists():
        write_passage(waits, actor=officer)
        waits.refresh_from_db()
        lifecycle.submit(waits, actor=officer, approver=approver, note="A sample letter: read it, then approve it.")
    issues = make_issues(readers, writer=officer, approver=approver, send=send)
    return {"sent": sent.reference, "recipients": sent.recipients, "waiting": waits.reference, **issues}


def _statement(officer: User, approver: User) -> Statement:
    """The sample statement, published; taken up where an earlier load left it."""
    statement = Statement.objects.filter(is_sample=True).order_by("id").first()
    if statement is None:
        statement = walk.write_statement(actor=officer)
    if statement.status == Statement.Status.DRAFT and not statement.versions.exists():
        walk.approve_statement(statement, writer=officer, approver=approver)
        publishing.publish(statement, actor=approver)
    return statement


def _letter(statement: Statement, committees: list[str], officer: User) -> Mailing:
    title = f"Compensation: letter to {' and '.join(committees)} (sample)"
    letter = Mailing.objects.filter(is_sample=True, title=title).first()
    if letter is None:
        segment = walk.make_segment(f"Full members of {' or '.join(committees)}", committees, actor=officer)
        letter = walk.write_letter(statement, segment, actor=officer, title=title)
    return letter
