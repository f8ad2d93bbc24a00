"""Sorting answers: what they say, whose they are, which letter they answer. Every step can be taken back.

Sorting writes down where the person stands on the letter's campaign, and whether the answer counts: an out-of-office
note and what answers no letter of ours count for nothing (docs/replies.md).
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from advocacy.models import Position
from advocacy.positions import Heard, make_current, set_position
from contacts.addresses import email_key
from contacts.models import Contact
from contacts.names import sort_key
from mailing import outcomes
from mailing.models import Delivery, IncomingMail, Mailing, Reply
from mailing.outcomes import Outcome

Sort = Reply.Sort
# Where somebody stands who answers so; the others say nothing about it.
STANCES = {Sort.SUPPORTS: Position.Stance.SUPPORTIVE, Sort.OPPOSES: Position.Stance.OPPOSED}
UNCOUNTED = (Sort.OUT_OF_OFFICE, Sort.NOT_OURS)
# Letters that an answer without a number may be about.
LATELY = timedelta(days=120)
MOST_LETTERS = 8


class ReplyError(Exception):
    """The step cannot be taken; the message says why, for the person who tried."""


@transaction.atomic
def sort(reply: Reply, kind: str, *, actor: User, seen: str | None = None) -> Reply:
    """Say what an answer is, and let that count. `seen` is the sort on the page the person looked at.

    Raises ReplyError when a colleague sorted it otherwise meanwhile, and for a kind that does not exist.
    """
    if kind not in Sort.values:
        raise ReplyError(_("There is no such sort. Choose one of the buttons."))
    reply = _locked(reply)
    if reply.sort == kind:
        return reply
    if seen is not None and reply.sort != seen:
        raise ReplyError(
            _("%(name)s sorted it as “%(sort)s” meanwhile. Look at it again before you change that.")
            % {"name": reply.sorted_by or _("A colleague"), "sort": reply.get_sort_display() or _("not sorted")}
        )
    _take_position_back(reply)
    reply.sort, reply.sorted_at, reply.sorted_by = kind, timezone.now(), actor
    reply.is_auto = kind in UNCOUNTED
    reply.position = _position(reply, actor)
    reply.save(update_fields=["sort", "sorted_at", "sorted_by", "is_auto", "position"])
    count_again(reply.delivery_id)
    record(actor, f"sorted an answer as “{kind.replace('_', ' ')}”", about=reply, label=_label(reply))
    return reply


@transaction.atomic
def undo(reply: Reply, *, actor: User) -> Reply:
    """Take a sorting back, with the position it wrote down; nothing when it is not sorted."""
    reply = _locked(reply)
    if not reply.sort:
        return reply
    _take_position_back(reply)
    reply.sort, reply.sorted_at, reply.sorted_by, reply.position = "", None, None, None
    reply.is_auto = reply.mail.kind == IncomingMail.Kind.AUTO_REPLY
    reply.save(update_fields=["sort", "sorted_at", "sorted_by", "is_auto", "position"])
    count_again(reply.delivery_id)
    record(actor, "took the sorting of an answer back", about=reply, label=_label(reply))
    return reply


@transaction.atomic
def assign(reply: Reply, colleague: User | None, *, actor: User) -> Reply:
    """Let a colleague take care of an answer, or nobody. Raises ReplyError for who may not see it."""
    reply = _locked(reply)
    if colleague is not None and not Reply.objects.visible_to(colleague).filter(pk=reply.pk).exists():
        raise ReplyError(_("This colleague may not read this answer. Choose another one."))
    if reply.assigned_to_id == (colleague.pk if colleague else None):
        return reply
    Reply.objects.filter(pk=reply.pk).update(assigned_to=colleague)
    reply.assigned_to = colleague
    whose = f"gave an answer to {colleague}" if colleague else "took an answer off a colleague's list"
    record(actor, whose, about=reply, label=_label(reply))
    return reply


@transaction.atomic
def put_with(reply: Reply, delivery: Delivery, *, actor: User) -> Reply:
    """A person says which letter an answer is about; a letter that was not known to have arrived then has."""
    reply = _locked(reply)
    was = reply.delivery_id
    if was == delivery.pk:
        return reply
    if delivery.contact_id is not None:
        # A position is written down under the lock of its contact: taken before the ledger's, as the engine does.
        Contact.objects.select_for_update(of=("self",)).filter(pk=delivery.contact_id).first()
    reply.delivery, reply.mailing, reply.contact = delivery, delivery.mailing, delivery.contact
    reply.matched_by = Reply.MatchedBy.PERSON
    _take_position_back(reply)
    reply.position = _position(reply, actor) if reply.sort else None
    reply.save(update_fields=["delivery", "mailing", "contact", "matched_by", "position"])
    kind = outcomes.AUTO_REPLIED if reply.is_auto else outcomes.REPLIED
    outcomes.apply(delivery, Outcome(kind, key=f"mail:{reply.mail_id}:{delivery.pk}", at=reply.received_at))
    count_again(was)
    count_again(delivery.pk)
    record(actor, f"put an answer with {delivery.mailing.reference}", about=reply, label=_label(reply))
    return reply


@transaction.atomic
def take_away(reply: Reply, *, actor: User) -> Reply:
    """A person says that an answer is not about the letter it stands with; it stays with the person who wrote it."""
    reply = _locked(reply)
    was = reply.delivery_id
    if was is None:
        return reply
    label = _label(reply)
    _take_position_back(reply)
    reply.delivery = reply.mailing = reply.position = None
    writer = reply.contact if reply.contact and reply.contact.email_key == email_key(reply.from_email) else None
    reply.contact, reply.matched_by = writer, Reply.MatchedBy.SENDER if writer else ""
    reply.save(update_fields=["delivery", "mailing", "contact", "matched_by", "position"])
    count_again(was)
    record(actor, "took an answer away from its letter", about=reply, label=label)
    return reply


def count_again(delivery_id: int | None) -> None:
    """Let a letter be answered exactly when an answer that counts stands with it, since the first of these."""
    if delivery_id is None:
        return
    first = Reply.objects.filter(delivery=delivery_id, is_auto=False).order_by("received_at", "pk").first()
    Delivery.objects.filter(pk=delivery_id).update(replied_at=first.received_at if first else None)


def letters_for(reply: Reply, user: User, words: str = "") -> list[Delivery]:
    """Letters an answer may be about, the likeliest first: of its writer, of who has their name, of their office.

    With `words` those whose reference, title or recipient holds them. Three queries at most.
    """
    sent = Delivery.objects.filter(mailing__in=Mailing.objects.visible_to(user), sent_at__isnull=False)
    sent = sent.select_related("mailing", "contact").order_by("-sent_at", "-pk")
    if words:
        people = Contact.objects.visible_to(user).living().search(words)
        about = Q(contact__in=people.values("pk")) | Q(mailing__reference__iexact=words)
        return list(sent.filter(about)[:MOST_LETTERS])
    sent = sent.filter(sent_at__gte=timezone.now() - LATELY)
    found = list(sent.filter(contact=reply.contact)[:MOST_LETTERS]) if reply.contact_id else []
    if found:
        return found
    names = [word for word in sort_key(f"{reply.from_name} {_local(reply)}").split() if len(word) > 2]
    named = Q(pk__in=[])
    for name in names[:6]:
        named |= Q(contact__sort_key__startswith=f"{name} ") | Q(contact__sort_key__contains=f" {name}")
    found = list(sent.filter(named)[:MOST_LETTERS])
    return found or list(sent.filter(_same_office(reply), bounced_at__isnull=False)[: MOST_LETTERS // 2])


def why_likely(reply: Reply, delivery: Delivery) -> str:
    """Why a letter is among those an answer may be about, in a sentence."""
    if reply.contact_id and reply.contact_id == delivery.contact_id:
        return _("It went to the person who wrote this.")
    contact = delivery.contact
    if contact and sort_key(contact.family_name) in sort_key(f"{reply.from_name} {_local(reply)}"):
        return _("The writer has the same name. Likely.")
    if delivery.bounced_at and _domain(reply.from_email) == _domain(delivery.email or ""):
        return _("It bounced, and this came from the same mail domain. Possible.")
    return ""


def positions_of(reply: Reply) -> list[Any]:
    """Where its writer stands on the letter's campaign, and before that: newest first, two at most; one query."""
    if reply.contact_id is None or reply.mailing is None or reply.mailing.campaign_id is None:
        return []
    rows = Position.objects.filter(contact=reply.contact_id, campaign=reply.mailing.campaign_id)
    return list(rows.order_by("-is_current", "-said_on", "-pk")[:2])


def _locked(reply: Reply) -> Reply:
    """The answer as it is now, kept from others until the transaction ends; its contact is locked first."""
    if reply.contact_id is not None:
        Contact.objects.select_for_update(of=("self",)).filter(pk=reply.contact_id).first()
    rows = Reply.objects.select_for_update(of=("self",))
    people = ("mail", "delivery", "mailing__campaign", "contact", "sorted_by", "position")
    return rows.select_related(*people).defer("mail__raw").get(pk=reply.pk)


def _position(reply: Reply, actor: User) -> Position | None:
    """Write down where the person stands after this answer; a champion who supports stays a champion."""
    stance = STANCES.get(Sort(reply.sort)) if reply.sort else None
    campaign = reply.mailing.campaign if reply.mailing else None
    contact = reply.contact
    if stance is None or campaign is None or contact is None or contact.erased_at is not None or reply.mailing is None:
        return None
    current = Position.objects.current().filter(contact=contact, campaign=campaign).first()
    if current and stance == Position.Stance.SUPPORTIVE and current.stance == Position.Stance.CHAMPION:
        return None
    source = _("Their answer to %(reference)s") % {"reference": reply.mailing.reference}
    said_on = timezone.localdate(reply.received_at)
    return set_position(contact, campaign, Heard(stance, source, said_on), actor=actor)


def _take_position_back(reply: Reply) -> None:
    """The position that the sorting wrote down goes; the one before it is the current one again."""
    position = reply.position
    if position is None:
        return
    rows = Position.objects.filter(contact=position.contact_id, campaign=position.campaign_id)
    was_current = position.is_current
    rows.filter(pk=position.pk).delete()
    reply.position = None
    if was_current:
        make_current(rows)


def _same_office(reply: Reply) -> Q:
    domain = _domain(reply.from_email)
    return Q(email_key__endswith=f"@{domain}") if domain else Q(pk__in=[])


def _domain(address: str) -> str:
    return email_key(address).rpartition("@")[2] if "@" in address else ""


def _local(reply: Reply) -> str:
    """The part before the @-sign as words."""
    return reply.from_email.partition("@")[0].replace(".", " ").replace("-", " ").replace("_", " ")


def _label(reply: Reply) -> str:
    return reply.mailing.reference if reply.mailing else ""
