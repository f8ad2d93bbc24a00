"""What the reply desk shows: the lists with their figures, and one answer as a page may show it."""

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import users_who_may, waiting
from advocacy.models import Position
from contacts.confidentiality import hidden_fields, read_secrecy, secret_lines, shown_address, without_secrets
from mailing import enclosed, replies
from mailing.guessing import guess, split
from mailing.models import Answer, Reply

Sort = Reply.Sort
# The keys and their sorts, in the order of the buttons; "other" has no key.
KEYS = (
    ("1", Sort.SUPPORTS),
    ("2", Sort.OPPOSES),
    ("3", Sort.MEETING),
    ("4", Sort.QUESTION),
    ("5", Sort.OUT_OF_OFFICE),
    ("6", Sort.OTHER),
)
TABS = ("to-sort", "sorted", "mine", "away", "doubtful")
SNIPPET = 160
MATCHES: dict[str, Any] = {
    "address": lambda: _("the reply address of their letter: certain"),
    "reference": lambda: _("the number of the message it answers: certain"),
    "sender": lambda: _("who wrote it"),
    "person": lambda: _("a colleague, by hand"),
}
STANCES = ["opposed", "neutral", "supportive", "champion"]


def numbers(user: User) -> dict[str, int]:
    """How many answers stand under each tab; one query."""
    rows = Reply.objects.visible_to(user).order_by()
    sorted_ones = ~Q(sort="") & ~Q(sort=Sort.OUT_OF_OFFICE)
    found = rows.aggregate(
        sorted=Count("pk", filter=sorted_ones),
        mine=Count("pk", filter=Q(assigned_to=user.pk)),
        away=Count("pk", filter=Q(is_auto=True) & ~Q(sort=Sort.NOT_OURS)),
        to_sort=Count("pk", filter=Q(pk__in=Reply.objects.to_sort().values("pk"))),
    )
    return {"to_sort": found["to_sort"], "sorted": found["sorted"], "mine": found["mine"], "away": found["away"]} | {
        "doubtful": waiting(user, "doubtful_answers")
    }


def rows_of(user: User, tab: str) -> Any:
    """The answers of a tab, newest first, with who wrote them."""
    rows = Reply.objects.visible_to(user).select_related("contact", "mailing", "sorted_by")
    if tab == "sorted":
        return rows.exclude(sort="").exclude(sort=Sort.OUT_OF_OFFICE)
    if tab == "mine":
        return rows.filter(assigned_to=user.pk)
    if tab == "doubtful":
        return rows.filter(pk__in=Answer.objects.in_doubt().filter(author=user.pk).values("reply"))
    if tab == "away":
        return rows.filter(is_auto=True).exclude(sort=Sort.NOT_OURS)
    return rows.to_sort()


def listed(rows: list[Reply]) -> list[dict[str, Any]]:
    """Rows of a list: who, the beginning of what they wrote, a guess. Words of who has a secret address stay closed."""
    read_secrecy([row.contact for row in rows if row.contact])
    found = []
    for row in rows:
        is_secret = row.contact is not None and bool(hidden_fields(row.contact))
        snippet = " ".join(split(row.text)[0]).strip() or row.subject
        guessed = guess(row.text) if not row.sort and not row.is_auto else ""
        found.append(
            {
                "reply": row,
                "who": name_of(row, is_secret=is_secret),
                "snippet": "" if is_secret else " ".join(snippet.split())[:SNIPPET],
                "guess": Sort(guessed).label if guessed else "",
            }
        )
    return found


def name_of(reply: Reply, *, is_secret: bool = False) -> str:
    """Who wrote an answer: the contact's name, what the message says, or its address where that is no secret."""
    if reply.contact is not None and reply.contact.name:
        return str(reply.contact.name)
    return reply.from_name or ("" if is_secret else reply.from_email) or _("Somebody")


def shown(reply: Reply, user: User) -> dict[str, Any]:
    """One answer as a page shows it: its words apart from what it quotes, without secret addresses."""
    secrets = secret_lines(reply.contact)
    own, quoted = (without_secrets("\n".join(lines).strip(), secrets) for lines in split(reply.text))
    guessed = guess(reply.text) if not reply.is_auto else ""
    stands = replies.positions_of(reply)
    return {
        "reply": reply,
        "who": name_of(reply, is_secret=bool(secrets)),
        "own": own,
        "quoted": quoted,
        "address": shown_address(reply.from_email, reply.contact),
        "matched": MATCHES[reply.matched_by]() if reply.matched_by else "",
        "keys": [(key, kind, Sort(kind).label, kind == guessed) for key, kind in KEYS],
        "files": enclosed.files_of(reply) if reply.files else [],
        "stance": _stance(stands),
        "position": stands[0] if stands else None,
        "before": stands[1] if len(stands) > 1 else None,
        "answers": list(reply.answers.select_related("author")),
        "colleagues": list(users_who_may("mailing.edit")),
    }


def _stance(stands: list[Any]) -> list[tuple[str, bool, bool]]:
    """The four places of the line: its word, whether they stood there before, whether they stand there now."""
    now = stands[0].stance if stands else ""
    before = stands[1].stance if len(stands) > 1 else ""
    labels = dict(Position.Stance.choices)
    return [(str(labels[code]), code == before, code == now) for code in STANCES] if now in STANCES else []
