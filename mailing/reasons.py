"""Whom the rules of an audience name, and why somebody of them is left out: parts of one query."""

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from contacts.criteria import resolve
from contacts.expressions import OneOf
from contacts.models import Contact, LegalBasis, Subscription, Suppression
from contacts.models.people import ContactQuerySet
from mailing.courtesy import over_cap
from mailing.models import AudienceRule, Delivery, Mailing
from mailing.silence import recipients_of, written_to

Reason = Delivery.SkipReason


def included(rules: list[AudienceRule]) -> ContactQuerySet:
    """Whoever any include rule names; nobody without one."""
    including = [rule for rule in rules if rule.effect == AudienceRule.Effect.INCLUDE]
    by_hand = [rule.contact_id for rule in including if rule.contact_id]
    matching = [matching_of(rule) for rule in including if not rule.contact_id]
    if len(matching) == 1 and not by_hand:
        # One rule, as most audiences have: its conditions stand in the query itself, not in a part of it.
        return matching[0]
    found = Q(pk__in=by_hand)
    for people_ in matching:
        found |= Q(pk__in=people_.values("pk"))
    return Contact.objects.filter(found)


def matching_of(rule: AudienceRule) -> ContactQuerySet:
    """The people of a rule's source; not for people by hand and for whom we wrote to lately."""
    if rule.received_id:
        return recipients_of(rule.received_id, rule.received_state)
    if rule.contact_list_id:
        active = Subscription.objects.filter(contact_list=rule.contact_list_id, status=Subscription.Status.ACTIVE)
        confirmed: ContactQuerySet = Contact.objects.filter(pk__in=active.values("contact"))
        return confirmed
    return rule.segment.people() if rule.segment else resolve(rule.criteria or {})


def reason_expression(mailing: Mailing, rules: list[AudienceRule], *, is_freeze: bool) -> Case:
    """Why this person is left out; "" for no reason. The first that holds counts.

    Addresses are unique, so hardly anybody shares one: the few are sorted among themselves, not the whole audience. A
    page looks for them person by person, a freeze reads the index of addresses once from end to end.
    """
    own = _own_reasons(mailing, rules)
    if is_freeze:
        counted = Contact.objects.order_by().values("email_digest").annotate(people=Count("*"))
        shared = Q(OneOf(F("email_digest"), Subquery(counted.filter(people__gt=1).values("email_digest"))))
    else:
        same = Contact.objects.filter(email_digest=OuterRef("email_digest")).exclude(pk=OuterRef("pk"))
        shared = Q(Exists(same))
    sharing = included(rules).order_by().filter(shared).annotate(own_reason=_first(own)).filter(own_reason="")
    place = Window(RowNumber(), partition_by=[F("email_digest")], order_by=[F("pk").asc()])
    later = sharing.annotate(place_at_address=place).filter(place_at_address__gt=1).values("pk")
    return _first([*own, When(pk__in=later, then=Value(Reason.DUPLICATE.value))])


def _first(reasons: list[When]) -> Case:
    return Case(*reasons, default=Value(""), output_field=CharField())


def _own_reasons(mailing: Mailing, rules: list[AudienceRule]) -> list[When]:
    """Why somebody is left out whoever else is in the audience."""
    blocked = Suppression.objects.of(mailing.suppression_scope).filter(email_digest=OuterRef("email_digest"))
    excluded, written = Q(pk__in=[]), Q(pk__in=[])
    for rule in rules:
        if rule.effect != AudienceRule.Effect.EXCLUDE:
            continue
        if rule.written_to_within_days is not None:
            written |= Q(written_to(mailing, rule.written_to_within_days))
        elif rule.contact_id:
            excluded |= Q(pk=rule.contact_id)
        else:
            excluded |= Q(pk__in=matching_of(rule).values("pk"))
    found = [
        When(erased_at__isnull=False, then=Value(Reason.ERASED.value)),
        When(Q(email_key__isnull=True) | Q(email=""), then=Value(Reason.NO_ADDRESS.value)),
        When(Q(Exists(blocked.filter(reason=Suppression.Reason.OBJECTION))), then=Value(Reason.OBJECTED.value)),
        When(Q(Exists(blocked)), then=Value(Reason.SUPPRESSED.value)),
        When(_without_basis(mailing), then=Value(Reason.EXCLUDED.value)),
        When(excluded, then=Value(Reason.EXCLUDED.value)),
        When(written | over_cap(mailing), then=Value(Reason.COURTESY_CAP.value)),
    ]
    if mailing.kind == Mailing.Kind.NEWSLETTER and mailing.contact_list_id:
        resting = subscription_of(mailing).filter(paused_until__gt=timezone.localdate())
        found.append(When(Q(Exists(resting)), then=Value(Reason.PAUSED.value)))
    return found


def subscription_of(mailing: Mailing) -> QuerySet[Subscription]:
    """The outer contact's confirmed subscription of the list that an issue goes to."""
    active = Subscription.objects.filter(contact_list=mailing.contact_list_id, status=Subscription.Status.ACTIVE)
    return active.filter(contact=OuterRef("pk"))


def _without_basis(mailing: Mailing) -> Q:
    """Whom this mailing may not go to, on the two legal bases that are kept apart (docs/privacy.md).

    A newsletter goes to those who confirmed its list; a letter never to somebody held on consent alone.
    """
    if mailing.kind != Mailing.Kind.NEWSLETTER:
        return Q(legal_basis=LegalBasis.CONSENT)
    # Without a list nobody confirmed anything, so nobody gets it.
    return ~Q(Exists(subscription_of(mailing)))
