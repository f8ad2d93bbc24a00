"""When a pull is held for a person: it lost its addresses, its seats, or 5 % of its people."""

from django.utils.translation import gettext as _

from contacts.imports.plan import Plan
from contacts.imports.stored import Stored
from contacts.reference import term_on

SHARE = 0.05
FEW = 20  # In smaller files one person's missing address says nothing about the source.


def why_held(plan: Plan, stored: Stored) -> str:
    """The reason to hold the pull, as a sentence, or "" when it may go on."""
    return _lost_people(plan, stored) or _lost_addresses(plan) or _lost_seats(plan)


def _lost_people(plan: Plan, stored: Stored) -> str:
    """A complete list without 5 % of those who sat. After an election that is right, and a person says so."""
    pull = plan.pull
    sitting = sum(1 for _mandate in stored.open_mandates())
    left = plan.would["gone"]
    if not pull.is_complete or not sitting or left < SHARE * sitting:
        return ""
    if any(mandate.term < term_on(pull.as_of) for mandate in stored.open_mandates()):
        return _(
            "A new term began: %(gone)s of the %(sitting)s sitting members are not in the list, and %(new)s in it are "
            "new. Release it when there was an election."
        ) % {"gone": left, "sitting": sitting, "new": plan.would["new"]}
    return _(
        "The list lacks %(gone)s of the %(sitting)s sitting members, 5 %% or more: it may have lost people at its "
        "source."
    ) % {"gone": left, "sitting": sitting}


def _lost_addresses(plan: Plan) -> str:
    pull = plan.pull
    if not pull.carries_email or len(pull.records) < 2:
        return ""
    if not pull.rows_with_address:
        return _("The file has no e-mail address at all, though its format carries them: it may have lost them.")
    known = [change for change in plan.changes if not change.is_new and change.contact.email]
    lost = [change for change in known if change.row not in pull.rows_with_address]
    count = len(known) + plan.counted_known
    if count >= FEW and len(lost) >= SHARE * count:
        return _(
            "The file lacks the address of %(lost)s of %(known)s people whose address we have: it may have lost them."
        ) % {"lost": len(lost), "known": count}
    return ""


def _lost_seats(plan: Plan) -> str:
    """A file that would close committee seats and opens or keeps none at all."""
    records = [record for record in plan.pull.records if "committee" in record.seats]
    if len(records) < 2 or any(record.seats["committee"] for record in records):
        return ""
    closed = sum(seat.body.kind == "committee" for change in plan.changes for seat, _day in change.closed)
    if closed:
        return _("The file has no committee seat at all; it would end %(closed)s seats.") % {"closed": closed}
    return ""
