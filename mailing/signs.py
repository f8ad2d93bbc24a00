"""What came back, in words and in figures: for a letter's history, for the report, and for who settles a doubt."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.confidentiality import secret_lines, shown_address, without_secrets
from contacts.models import Contact
from mailing import outcomes, readdressing, retrying
from mailing.models import Delivery, DeliveryEvent, Mailing, Reply

# Characters of an answer that stand in a letter's history.
MOST_QUOTED = 600
# What a reader did with the link in the mail: the sentence says all.
BY_LINK = ("unsubscribed", "came_back", "objected", "objection_undone")
# Accepted letters of which nothing came back: no answer, no bounce, no complaint.
UNANSWERED = Q(
    status=Delivery.Status.SENT, replied_at__isnull=True, bounced_at__isnull=True, complained_at__isnull=True
)


@dataclass(frozen=True)
class Answers:
    """What is known of a mailing's letters after they were accepted. Each count is of letters."""

    delivered: int
    bounced: int
    # Of those, how many stand among the accepted: the others are counted where their status puts them.
    bounced_after: int
    complained: int
    replied: int
    automatic: int
    # Accepted, and nothing came back so far; and failed after tries that were only put off.
    unanswered: int = 0
    passing: int = 0
    # Readers of an issue who left its list with the link in it; of a letter nobody asks.
    left: int = 0

    @property
    def some(self) -> bool:
        """Whether anything came back at all."""
        return any((self.delivered, self.bounced, self.complained, self.replied, self.automatic))

    def tiles(self) -> list[dict[str, Any]]:
        """Figures for components/tile.html; without evidence nothing is called delivered."""
        automatic = ngettext(
            "and %(n)d automatic reply, not counted", "and %(n)d automatic replies, not counted", self.automatic
        )
        rows = [
            (_("Delivered"), self.delivered, _("their mail servers said so"), self.delivered > 0),
            (_("Replies"), self.replied, automatic % {"n": self.automatic} if self.automatic else "", True),
            (_("Bounced"), self.bounced, _("they came back, or a server gave up"), True),
            (_("Complaints"), self.complained, _("marked as spam; we do not write again"), self.complained > 0),
        ]
        return [{"label": label, "value": count, "note": note} for label, count, note, shown in rows if shown]


def answers(mailing: Mailing) -> Answers:
    """Count what came back; one query."""
    return answers_in(Delivery.objects.filter(mailing=mailing).aggregate(**tallies(mailing)))


def answers_in(found: dict[str, Any]) -> Answers:
    """The same from an aggregate over the ledger that asked for `tallies`, among others."""
    return Answers(**{column.name: found.get(column.name) or 0 for column in fields(Answers)})


def tallies(mailing: Mailing) -> dict[str, Any]:
    """What `answers` counts, as aggregates over the deliveries of a mailing."""
    back = Q(bounced_at__isnull=False)
    automatic = Reply.objects.filter(mailing=mailing, is_auto=True).order_by().values("mailing")
    return _leaving(mailing) | {
        "delivered": Count("pk", filter=Q(delivered_at__isnull=False) & ~back),
        "bounced": Count("pk", filter=back),
        "bounced_after": Count("pk", filter=back & Q(status=Delivery.Status.SENT)),
        "complained": Count("pk", filter=Q(complained_at__isnull=False)),
        "replied": Count("pk", filter=Q(replied_at__isnull=False)),
        # Asked of no row of the ledger, so the database works it out once.
        "automatic": Max(Subquery(automatic.annotate(n=Count("pk")).values("n"))),
        "unanswered": Count("pk", filter=UNANSWERED),
        "passing": Count("pk", filter=retrying.PASSING),
    }


def _leaving(mailing: Mailing) -> dict[str, Any]:
    """Those who left, each once. Asked of no row of the ledger either."""
    if mailing.kind != Mailing.Kind.NEWSLETTER:
        return {}
    gone = DeliveryEvent.objects.filter(delivery__mailing=mailing, kind="unsubscribed").order_by()
    number = gone.values("delivery__mailing").annotate(n=Count("delivery", distinct=True)).values("n")
    return {"left": Max(Subquery(number))}


def sentence_of(event: DeliveryEvent) -> str:
    """An event of a letter's history as one sentence; what a server said stands beside it (`words_of`)."""
    proof = {
        outcomes.DELIVERED: _("its delivery was reported"),
        outcomes.BOUNCED: _("it came back"),
        outcomes.DELAYED: _("a server on the way keeps trying"),
        outcomes.PASSED_ON: _("a server on the way had taken it"),
        outcomes.OPENED: _("it was opened"),
        outcomes.COMPLAINED: _("its recipient complained"),
        outcomes.REPLIED: _("an answer to it came"),
    }.get(event.detail, _("what came back names it"))
    sentences = {
        outcomes.DELIVERED: _("Delivered: the recipient's mail server took it"),
        outcomes.BOUNCED: _("Bounced: it came back, or a server on the way gave up"),
        outcomes.DELAYED: _("A server on the way has not delivered it yet and keeps trying"),
        outcomes.PASSED_ON: _("A server on the way took it"),
        outcomes.OPENED: _("It was opened"),
        outcomes.COMPLAINED: _("Its recipient complained; we do not write to this address again"),
        outcomes.REPLIED: _("An answer came"),
        outcomes.AUTO_REPLIED: _("An automatic reply came back, naming this letter"),
        outcomes.REFUSED: _("The mail provider did not send it on"),
        outcomes.UNVERIFIED: _("A message says that it came back, but does not prove it; nothing was changed"),
        "settled_sent": _("Settled as accepted: %(proof)s") % {"proof": proof},
        "settled_not_sent": _("Settled as not sent: the mail provider did not send it on"),
        "late_answer": _("The mail server's answer came too late to be counted"),
        "resend": _("Sent again"),
        retrying.RETRIED: _("Tried again by hand; before that"),
        readdressing.READDRESSED: _("Sent again to a corrected address; before that"),
        readdressing.EARLIER_COPY: _("Digest of the copy that did not arrive"),
        "treat_as_sent": _("Treated as arrived"),
        "treat_as_not_sent": _("Treated as not sent"),
        "unsubscribed": _("Left the list with the link in this mail"),
        "came_back": _("Came back to the list"),
        "objected": _("Asked for no more letters, with the link in this one"),
        "objection_undone": _("Took back the wish for no more letters"),
        "uncertain": _("The outcome is not known"),
    }
    return sentences.get(event.kind, event.detail or event.kind)


def words_of(event: DeliveryEvent) -> str:
    """What was said beside the sentence, such as a server's words, or ""."""
    if event.kind.startswith("settled_") or event.kind in BY_LINK:
        return ""
    return "" if event.detail in (event.kind, sentence_of(event)) else event.detail


@dataclass(frozen=True)
class Line:
    """One line of a letter's history: when (None: not known), a sentence, who did it, a server's words, a person's."""

    at: datetime | None
    sentence: str
    actor: str = ""
    words: str = ""
    quote: str = ""


def timeline_of(delivery: Delivery) -> list[Line]:
    """What became of a letter, newest first; two queries."""
    answered = [reply for reply in delivery.replies.all() if not reply.is_auto]
    who, secrets = delivery.contact, secret_lines(delivery.contact)
    lines = [
        Line(reply.received_at, _answer(reply, who), quote=_own_words(without_secrets(reply.text, secrets)))
        for reply in answered
    ]
    for event in delivery.events.all():
        if not (answered and event.kind == outcomes.REPLIED):
            lines.append(
                Line(event.at, sentence_of(event), event.actor_label, without_secrets(words_of(event), secrets))
            )
    said = without_secrets(f"{delivery.error_code} {delivery.error_detail}".strip(), secrets)
    if delivery.sent_at:
        lines.append(Line(delivery.sent_at, _("Accepted by the mail server"), words=said))
    elif delivery.error_detail:
        lines.append(Line(delivery.failed_at, delivery.get_error_kind_display() or _("Not sent"), words=said))
    lines.append(Line(delivery.queued_at, _("Frozen at approval")))
    # What has no time is the last that is known.
    return sorted(lines, key=lambda line: (line.at is None, line.at or delivery.queued_at), reverse=True)


def _answer(reply: Reply, contact: Contact | None) -> str:
    who = reply.from_name or shown_address(reply.from_email, contact)
    return _("Answer from %(who)s") % {"who": who} if who else _("An answer came")


def _own_words(text: str) -> str:
    """The beginning of an answer, without the lines it quotes."""
    own = "\n".join(line for line in text.splitlines() if not line.startswith(">")).strip()
    return own if len(own) <= MOST_QUOTED else own[:MOST_QUOTED].rstrip() + " …"


def doubt_of(delivery: Delivery) -> dict[str, str]:
    """Word and colour for a letter whose outcome is not known: what the signs so far say. Reads its events."""
    kinds = {event.kind for event in delivery.events.all()}
    if outcomes.AUTO_REPLIED in kinds:
        return {"word": _("Probably arrived"), "tone": "ok"}
    if outcomes.UNVERIFIED in kinds:
        return {"word": _("Perhaps it came back"), "tone": "warn"}
    return {"word": _("No sign either way"), "tone": "info"}
