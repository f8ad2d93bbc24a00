"""Taking a signatory's answer: bound to the text its page showed, once, while it may be given."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from advocacy import sign_mail
from advocacy.models import Signatory, Signature, SignOn, Statement, StatementVersion, digest_of
from advocacy.sign_links import opens
from advocacy.signing import is_frozen
from advocacy.story import hour

# Answers of one signatory within an hour: more is a machine, or a person who wants to talk to us.
MOST_AN_HOUR = 12
_DONE = {
    Signature.Answer.SIGNED: "signed",
    Signature.Answer.DECLINED: "declined to sign",
    Signature.Answer.ASKS_CHANGE: "asked for a change of",
}


class AnswerRefused(Exception):
    """The answer cannot be taken now; the message says why, for the signer. Nothing was written."""


class TooManyAnswers(AnswerRefused):
    """One link was used too often within an hour."""


class LinkClosed(AnswerRefused):
    """The link was taken back, renewed or ran out while its page was open."""


class TextChanged(AnswerRefused):
    """The words are not those that the page showed."""


@dataclass(frozen=True)
class Answer:
    """What a signer typed. `seen` is the digest of the text that the page showed."""

    answer: str
    seen: str
    by_name: str
    by_role: str = ""
    comment: str = ""
    printed_name: str = ""
    printed_country: str = ""
    printed_register_id: str = ""
    prints_signer: bool = False


def why_closed(statement: Statement, sign_on: SignOn, signatory: Signatory) -> str:
    """Why no answer can be given now, in a sentence for the signer; "" while one can."""
    if statement.status == Statement.Status.WITHDRAWN:
        return _("The text was withdrawn. It cannot be signed.")
    if statement.status == Statement.Status.PUBLISHED:
        if signatory.late_allowed_at is None:
            return _("The text is published. Write to us if you wish to be added to its names.")
        return ""
    if not is_frozen(statement):
        return _("The text is being changed. We will write to you when there is a new version to sign.")
    if sign_on.closed_at is not None:
        return _("The sign-on is closed.")
    if sign_on.deadline <= timezone.now():
        return _("The sign-on closed on %(time)s.") % {"time": hour(sign_on.deadline)}
    return ""


def take_answer(signatory: Signatory, given: Answer) -> Signature:
    """Write one answer and send its receipt. The same answer to the same words, sent again, writes nothing.

    The statement's row is locked first, as every save of its texts and every step of its road does: an answer and a
    change of the text never cross. Raises AnswerRefused (TextChanged, LinkClosed, TooManyAnswers).
    """
    with transaction.atomic():
        statement = Statement.objects.select_for_update().get(pk=signatory.statement_id)
        row = Signatory.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=signatory.pk)
        if not opens(row) or row.link_serial != signatory.link_serial:
            raise LinkClosed(_("This link does not open any more."))
        texts = statement.texts_as_json()
        digest = digest_of(texts)
        previous = row.latest
        if previous is not None and _is_same(previous, given, digest):
            return previous
        sign_on = SignOn.objects.get(statement=statement)
        if refusal := why_closed(statement, sign_on, row):
            raise AnswerRefused(refusal)
        if statement.status == Statement.Status.PUBLISHED and given.answer == Signature.Answer.ASKS_CHANGE:
            raise AnswerRefused(_("A published text cannot change. Sign it as it is, or decline."))
        if digest != given.seen:
            raise TextChanged(_("The text has changed since you opened the page."))
        if row.signatures.filter(at__gt=timezone.now() - timedelta(hours=1)).count() >= MOST_AN_HOUR:
            raise TooManyAnswers(_("This link was used very often just now. Try again in an hour, or write to us."))
        signature = _write(row, statement, given, digest)
        sign_mail.send_receipt(signature, statement)
    return signature


def _is_same(previous: Signature, given: Answer, digest: str) -> bool:
    same = all(
        getattr(previous, name) == getattr(given, name)
        for name in ("answer", "by_name", "by_role", "comment", "prints_signer")
    )
    printed = all(
        getattr(previous, name) == getattr(given, name)
        for name in ("printed_name", "printed_country", "printed_register_id")
    )
    return same and printed and previous.digest == digest == given.seen


def _write(signatory: Signatory, statement: Statement, given: Answer, digest: str) -> Signature:
    version = number_of(statement, digest)
    signature = Signature.objects.create(
        signatory=signatory,
        digest=digest,
        version=version,
        answer=given.answer,
        comment=given.comment,
        by_name=given.by_name,
        by_role=given.by_role,
        printed_name=given.printed_name,
        printed_country=given.printed_country,
        printed_register_id=given.printed_register_id,
        prints_signer=given.prints_signer,
        is_late=statement.status == Statement.Status.PUBLISHED,
    )
    late = ", late" if signature.is_late else ""
    words = f"{_DONE[Signature.Answer(signature.answer)]} version {version} of {statement.reference}{late}"
    sentence = f"took an answer by link: {signatory.organisation.name} {words}"
    audit.record(None, sentence, about=statement, label=statement.reference)
    return signature


def number_of(statement: Statement, digest: str) -> int:
    """The number of the latest kept version with these words; 0 where nobody has sent them for review."""
    found = StatementVersion.objects.filter(statement=statement, digest=digest).order_by("-id")
    return found.values_list("number", flat=True).first() or 0
