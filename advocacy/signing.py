"""Who signed which words: what an answer is worth now, who is printed, what keeps a text from being published.

A signature is bound to the digest of all language versions that its page showed. It counts only while the text has that
digest; nothing is carried over to other words or to a new version of a statement.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from advocacy.models import Signatory, Signature, SignOn, Statement
from advocacy.story import hour
from contacts.languages import country_name
from contacts.models import Organisation
from contacts.names import sort_key

SIGNED, DECLINED, ASKS_CHANGE = Signature.Answer.SIGNED, Signature.Answer.DECLINED, Signature.Answer.ASKS_CHANGE
# No answer yet; an answer to other words.
WAITING, LAPSED = "waiting", "lapsed"
# Of these one expects an answer to the present text.
UNANSWERED = {WAITING, LAPSED}


@dataclass(frozen=True)
class Printed:
    """One name under the text, as it is printed. Of a confidential organisation it holds the name alone."""

    name: str
    country: str
    transparency_register_id: str
    is_lead: bool
    is_late: bool
    # Only where the signer wishes to be printed.
    signer: str
    role: str
    # Of a confidential organisation: that it has no number must not be said either.
    is_name_only: bool = False


@dataclass(frozen=True)
class Standing:
    """A signatory beside a text: what its latest answer is worth there."""

    signatory: Signatory
    state: str
    answer: Signature | None

    @property
    def wish(self) -> Signature | None:
        """The latest wish for a change, whatever the text has become since."""
        return self.answer if self.answer is not None and self.answer.answer == ASKS_CHANGE else None


def sign_on_of(statement: Statement) -> SignOn | None:
    """The sign-on of a statement, or None."""
    return SignOn.objects.select_related("lead", "closed_by").filter(statement=statement).first()


def is_frozen(statement: Statement) -> bool:
    """Whether a second person has approved the words, so that outsiders may read and sign them."""
    return statement.approved_by_id is not None and statement.status != Statement.Status.WITHDRAWN


def standing_of(signatory: Signatory, digest: str) -> Standing:
    """What a signatory's latest answer is worth for the text with this digest."""
    answer = signatory.latest
    if answer is None:
        return Standing(signatory, WAITING, None)
    return Standing(signatory, answer.answer if answer.digest == digest else LAPSED, answer)


def standings_of(statement: Statement, digest: str = "") -> list[Standing]:
    """All signatories of a statement by name, beside the text as it is now; three queries and one for the digest."""
    digest = digest or statement.digest()
    rows = Signatory.objects.filter(statement=statement).with_answers()
    return sorted((standing_of(row, digest) for row in rows), key=lambda row: sort_key(row.signatory.organisation.name))


def signatories_of(statement: Statement) -> list[Printed]:
    """Whose names stand under the text as it is now, in the order of its rule; none without a sign-on.

    The lead comes first; then the others by name or by country; then, marked, who signed after the deadline. The owner
    of the statement needs no link: when it leads, the approval of the text by a second person is its signature.
    """
    sign_on = sign_on_of(statement)
    return printed(sign_on, standings_of(statement)) if sign_on else []


def printed(sign_on: SignOn, standings: Iterable[Standing]) -> list[Printed]:
    """As `signatories_of`, from rows that were read already; no query beyond the owner's name."""
    statement = sign_on.statement
    signed = [row for row in standings if row.state == SIGNED and row.answer is not None]
    names = [_printed(row.signatory.organisation, row.answer, sign_on) for row in signed if row.answer]
    if sign_on.lead_id == statement.owner_id and is_frozen(statement) and not any(name.is_lead for name in names):
        names.append(_printed(sign_on.lead, None, sign_on))

    def place(name: Printed) -> tuple[bool, bool, str, str]:
        country = sort_key(name.country) if sign_on.order == SignOn.Order.COUNTRY else ""
        return not name.is_lead, name.is_late, country, sort_key(name.name)

    return sorted(names, key=place)


def _printed(organisation: Organisation, answer: Signature | None, sign_on: SignOn) -> Printed:
    own_number = settings.TRANSPARENCY_REGISTER_ID if organisation.is_platform else ""
    number = answer.printed_register_id if answer else organisation.register_number or own_number
    country = answer.printed_country if answer else organisation.country
    is_open = not organisation.is_confidential
    shows_signer = answer is not None and answer.prints_signer and is_open
    return Printed(
        name=answer.printed_name if answer else organisation.name,
        country=country_name(country) if country and is_open else "",
        transparency_register_id=number if is_open else "",
        is_lead=organisation.pk == sign_on.lead_id,
        is_late=answer is not None and answer.is_late,
        signer=answer.by_name if answer and shows_signer else "",
        role=answer.by_role if answer and shows_signer else "",
        is_name_only=not is_open,
    )


def blocks_publishing(statement: Statement) -> list[str]:
    """Why the names keep this statement from being published, in sentences; none when nothing does.

    The rule: what is printed must be settled. A joint statement has a sign-on; any sign-on is over (closed by a
    colleague or past its deadline); nobody's wish for a change of the present words waits for an answer; and of a joint
    statement somebody besides the lead has signed exactly the words that are published.
    """
    sign_on = sign_on_of(statement)
    if sign_on is None:
        return blocks_of(statement, None, [])
    sign_on.statement = statement
    return blocks_of(statement, sign_on, standings_of(statement))


def blocks_of(statement: Statement, sign_on: SignOn | None, standings: list[Standing]) -> list[str]:
    """As `blocks_publishing`, from rows that were read already."""
    is_joint = statement.kind == Statement.Kind.JOINT_STATEMENT
    if sign_on is None:
        return [_("A joint statement is signed by others. Open a sign-on first.")] if is_joint else []
    found = []
    if not sign_on.is_over:
        words = _("The sign-on is open until %(time)s. Close it first, or wait until then.")
        found.append(words % {"time": hour(sign_on.deadline)})
    open_wishes = [row for row in standings if row.state == ASKS_CHANGE and not _is_replied(row)]
    if open_wishes:
        names = ", ".join(row.signatory.organisation.name for row in open_wishes)
        found.append(_("Asked for a change and has no answer yet: %(names)s.") % {"names": names})
    if is_joint and not any(not name.is_lead for name in printed(sign_on, standings)):
        found.append(_("Nobody besides the lead has signed these words."))
    return found


def _is_replied(standing: Standing) -> bool:
    return standing.answer is not None and hasattr(standing.answer, "reply")


def summary_of(standings: Iterable[Standing]) -> list[str]:
    """How many signed, asked for a change, declined, lapsed and wait, in words; those that are none are left out."""
    counts = dict.fromkeys([SIGNED, ASKS_CHANGE, DECLINED, LAPSED, WAITING], 0)
    for row in standings:
        counts[row.state] += 1
    said = [
        ngettext("%(n)s has signed", "%(n)s have signed", counts[SIGNED]) % {"n": counts[SIGNED]},
        ngettext("%(n)s asked for a change", "%(n)s asked for a change", counts[ASKS_CHANGE])
        % {"n": counts[ASKS_CHANGE]},
        ngettext("%(n)s declined", "%(n)s declined", counts[DECLINED]) % {"n": counts[DECLINED]},
        ngettext("%(n)s answered other words", "%(n)s answered other words", counts[LAPSED]) % {"n": counts[LAPSED]},
        ngettext("%(n)s has not answered", "%(n)s have not answered", counts[WAITING]) % {"n": counts[WAITING]},
    ]
    return [words for words, number in zip(said, counts.values(), strict=True) if number]
