"""The path of a letter, step by step, through the functions that a person's clicks call. No stub, no mock.

The demo's data and `demo --once` both walk it: import, segment, statement, letter, approval by a second account,
dispatch by a real worker. Every step raises what the called function raises.
"""

import json
import tempfile
import time
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import transaction

from accounts import audit
from accounts.models import User
from advocacy import drafting, publishing
from advocacy.models import Statement
from contacts.criteria import validate
from contacts.models import Segment
from desk.demo.files import write_files
from desk.demo.texts import sample_texts
from mailing import bell, lifecycle
from mailing.drafting import change_details, make_letter
from mailing.models import AudienceRule, Delivery, Mailing, Sender

FULL = ["chair", "vice_chair", "member"]


class WalkError(RuntimeError):
    """A step did not end as it should; the message says which and what was seen."""


def import_people() -> tuple[dict[str, Any], dict[str, Any]]:
    """Load the reference rows, then the invented full list (XML) and table of seats (CSV); give both reports."""
    call_command("load_reference", stdout=StringIO())
    with tempfile.TemporaryDirectory() as folder:
        full_list, seats = write_files(Path(folder))
        listed = _report("import_meps", str(full_list), "--apply")
        joined = _report("import_contacts", str(seats), "--mapping", "parltrack", "--join", "--apply")
    return listed, joined


def _report(*command: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*command, "--json", stdout=out)
    return json.loads(out.getvalue().strip().splitlines()[-1])


def make_segment(name: str, committees: list[str], *, actor: User) -> Segment:
    """Save the rule "full members of these committees"."""
    criteria = {"seat": {"committee": committees, "role": FULL}}
    validate(criteria)
    with transaction.atomic():
        segment, created = Segment.objects.get_or_create(name=name, defaults={"criteria": criteria})
        if created:
            audit.record(actor, f"saved the segment {name}", about=segment, label=name)
    return segment


def write_statement(*, actor: User) -> Statement:
    """Write the sample statement in its three languages, each reviewed."""
    texts = sample_texts()
    statement = drafting.create_statement(actor=actor, title=texts[0].title, is_sample=True)
    facts = {"occasion": "EU Anti-Trafficking Day, 18 October", "contact": "Press office, press@platform.example"}
    drafting.change_details(statement, actor=actor, details=facts)
    for text in texts:
        if text.language == statement.source_language:
            row = statement.texts.get(language=text.language)
        else:
            row = drafting.add_language(statement, text.language, actor=actor)
        words = drafting.Words(text.title, text.summary, text.body, is_reviewed=True)
        drafting.save_text(row, words, edition=row.edition, actor=actor)
    statement.refresh_from_db()
    return statement


def approve_statement(statement: Statement, *, writer: User, approver: User) -> None:
    """Send it for review as the writer and approve what was sent as the approver."""
    version = publishing.submit(statement, actor=writer, approver=approver)
    publishing.approve(statement, actor=approver, seen=version.digest)


def write_letter(statement: Statement, segment: Segment, *, actor: User, title: str = "") -> Mailing:
    """Make a letter of the statement and address it to the segment. Its texts are reviewed as the statement's are."""
    sender = sample_sender()
    mailing = make_letter(statement, actor=actor)
    change_details(mailing, actor=actor, title=title or mailing.title, sender=sender)
    with transaction.atomic():
        lifecycle.record_edit(mailing, actor=actor, what="chose the audience")
        AudienceRule.objects.create(mailing=mailing, segment=segment)
    mailing.refresh_from_db()
    return mailing


def sample_sender() -> Sender:
    """The invented sender of the demo's letters."""
    sender, _created = Sender.objects.get_or_create(
        from_email="advocacy@sample-platform.example",
        defaults={
            "name": "Sample Platform",
            "reply_to": "officer@demo.example",
            "person": "Boris Padarin",
            "person_role": "Policy officer (invented)",
            "place": "Amsterdam",
            "is_default": not Sender.objects.filter(is_default=True).exists(),
        },
    )
    return sender


def approve_letter(mailing: Mailing, *, writer: User, approver: User) -> None:
    """Send it for approval as the writer; read and approve it as the approver. A letter is frozen by that."""
    asked = lifecycle.submit(mailing, actor=writer, approver=approver)
    digest, preview = lifecycle.reading_digest(asked)
    lifecycle.approve(asked, actor=approver, digest=digest, seen=preview.recipients)


def send_and_wait(mailing: Mailing, *, actor: User, seconds: float = 120) -> Mailing:
    """Let it leave now and wait until a worker has finished it, ringing as beat does. Raises WalkError in time."""
    lifecycle.schedule(mailing, actor=actor)
    deadline = time.monotonic() + seconds
    rung = time.monotonic()
    while True:
        mailing.refresh_from_db()
        if mailing.status == Mailing.Status.FINISHED:
            return mailing
        if mailing.status == Mailing.Status.PAUSED:
            raise WalkError(f"{mailing.reference} was paused: {mailing.pause_reason}")
        if time.monotonic() > deadline:
            waiting = Delivery.objects.filter(mailing=mailing, status=Delivery.Status.QUEUED).count()
            raise WalkError(f"{mailing.reference} is {mailing.status} after {seconds:.0f} s; {waiting} letters wait.")
        if time.monotonic() - rung > 2:
            bell.ring_due()
            rung = time.monotonic()
        time.sleep(0.1)
