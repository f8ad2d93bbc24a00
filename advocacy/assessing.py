"""Assessments: members propose how far their country is, a second person confirms, changes or declines it.

A confirmed answer supersedes the one before it, which stays as history. Nothing here overwrites an answer that the
person who decides has not seen.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from advocacy.answer_mail import tell_answers_came, tell_batch_decided
from advocacy.models import ActionPlan, AnswerLink, Assessment, Point, Proposal
from contacts.models import Organisation, OrganisationMembership

Status = Proposal.Status


class AssessingError(Exception):
    """The step cannot be taken; the message says why and what to do."""


@dataclass(frozen=True)
class Said:
    """One answer as a person gave it."""

    rating: str
    evidence: str
    source: str
    source_url: str = ""
    source_date: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Voice:
    """Who proposes: an organisation, through a link, or through the account of somebody who answers for it."""

    organisation: Organisation
    link: AnswerLink | None = None
    user: User | None = None


def current_of(point: Point, country: str) -> Assessment | None:
    """The answer that holds now; None where there is no data."""
    return Assessment.objects.current().filter(point=point, country=country).first()


def organisations_of(user: User, country: str) -> list[Organisation]:
    """For which member organisations `user` may propose for a country: their own; all of it for the plan's keepers."""
    today = timezone.localdate()
    kind = OrganisationMembership.Kind
    members = Organisation.objects.belonging_on(today, kind.MEMBER, kind.ASSOCIATE).filter(country=country)
    is_keeper = user.role == "administrator" or user.affiliations.filter(organisation__is_platform=True).exists()
    if not is_keeper:
        members = members.filter(affiliations__user=user)
    return list(members.order_by("name"))


def countries_of(user: User) -> list[str]:
    """Countries for which an account of a member organisation may answer."""
    today = timezone.localdate()
    kind = OrganisationMembership.Kind
    members = Organisation.objects.belonging_on(today, kind.MEMBER, kind.ASSOCIATE).exclude(country="")
    return sorted(set(members.filter(affiliations__user=user).values_list("country", flat=True)))


def propose(plan: ActionPlan, country: str, answers: Mapping[int, Said], *, by: Voice) -> int:
    """Write proposals, by id of the point, and tell those who may confirm them. Gives how many were new.

    What says the same as the current answer, or as the organisation's own proposal that still waits, is left out; a
    different one replaces the latter. Two sendings at once both end as one waiting proposal a point.
    """
    points = {point.pk: point for point in plan.points.filter(pk__in=answers)}
    if len(points) != len(answers):
        raise AssessingError(_("The points of this plan have changed. Open the page again."))
    for attempt in range(3):
        try:
            with transaction.atomic():
                written = _write(points, country, answers, by)
                if written:
                    _record_proposals(plan, country, written, by)
            return len(written)
        except IntegrityError:
            # Somebody of the same organisation sent at the same moment: theirs is replaced now.
            if attempt == 2:
                raise AssessingError(_("Somebody answered at the same moment. Look, then send again.")) from None
    raise AssertionError("unreachable")


def _write(points: Mapping[int, Point], country: str, answers: Mapping[int, Said], by: Voice) -> list[Proposal]:
    ids = list(points)
    own = Proposal.objects.waiting().filter(organisation=by.organisation, country=country, point__in=ids)
    waiting = {row.point_id: row for row in own}
    current = {row.point_id: row for row in Assessment.objects.current().filter(country=country, point__in=ids)}
    batch = secrets.token_hex(16)
    written = []
    for pk, said in sorted(answers.items()):
        words = asdict(said)
        before = waiting.get(pk) or current.get(pk)
        if before is not None and before.words() == words:
            continue
        Proposal.objects.waiting().filter(organisation=by.organisation, country=country, point_id=pk).update(
            status=Status.REPLACED
        )
        written.append(
            Proposal.objects.create(
                point=points[pk],
                country=country,
                organisation=by.organisation,
                link=by.link,
                proposed_by=by.user,
                batch=batch,
                **words,
            )
        )
    return written


def _record_proposals(plan: ActionPlan, country: str, written: list[Proposal], by: Voice) -> None:
    sentence = f"proposed {len(written)} answers for {country} to the plan “{plan.title}”"
    if by.user is None:
        sentence = f"took {len(written)} answers for {country} to “{plan.title}” by the link of {by.organisation.name}"
    audit.record(by.user, sentence, about=plan, label=plan.slug)
    tell_answers_came(plan, country, written, but=by.user)


def confirm(proposal: Proposal, *, actor: User, seen: int, said: Said | None = None, sentence: str = "") -> Assessment:
    """Take a proposal as the country's answer, with the words of `said` where they differ; those need a `sentence`.

    `seen` is the id of the current answer that the person saw beside it, 0 for none. Raises AssessingError when it is
    not theirs to confirm, was decided meanwhile, or another answer was confirmed meanwhile.
    """
    _require_second(proposal, actor)
    words: dict[str, Any] = asdict(said) if said else proposal.words()
    is_changed = words != proposal.words()
    if is_changed and not sentence.strip():
        raise AssessingError(_("Say in a sentence what you changed; the member reads it."))
    with transaction.atomic():
        _decide(proposal, Status.CHANGED if is_changed else Status.CONFIRMED, actor=actor, sentence=sentence)
        answer = _supersede(proposal, words, actor=actor, seen=seen)
        plan = proposal.point.plan
        verb = "changed and confirmed" if is_changed else "confirmed"
        words_of_it = f"{verb} {proposal.country} on point {proposal.point.number} of “{plan.title}”: {answer.rating}"
        audit.record(actor, words_of_it, about=plan, label=plan.slug)
        tell_batch_decided(proposal)
    proposal.refresh_from_db()
    return answer


def decline(proposal: Proposal, *, actor: User, sentence: str) -> None:
    """Turn a proposal down with a sentence, which the member gets. The country's current answer stays."""
    _require_second(proposal, actor)
    if not sentence.strip():
        raise AssessingError(_("Say in a sentence why; the member reads it."))
    with transaction.atomic():
        _decide(proposal, Status.DECLINED, actor=actor, sentence=sentence)
        plan = proposal.point.plan
        words = f"declined an answer for {proposal.country} on point {proposal.point.number} of “{plan.title}”"
        audit.record(actor, words, about=plan, label=plan.slug)
        tell_batch_decided(proposal)
    proposal.refresh_from_db()


def take_back(assessment: Assessment, *, actor: User, sentence: str) -> None:
    """End an answer that proved wrong without another in its place: there is no data again. History keeps it."""
    if not actor.has_perm("advocacy.approve"):
        raise AssessingError(_("Your role does not allow this. Ask an administrator."))
    if not sentence.strip():
        raise AssessingError(_("Say in a sentence why it is taken back."))
    with transaction.atomic():
        rows = Assessment.objects.current().filter(pk=assessment.pk)
        if not rows.update(superseded_at=timezone.now()):
            raise AssessingError(_("Another answer holds now. Look at it again."))
        plan = assessment.point.plan
        words = f"took back {assessment.country} on point {assessment.point.number} of “{plan.title}”: {sentence}"
        audit.record(actor, words, about=plan, label=plan.slug)


def _require_second(proposal: Proposal, actor: User) -> None:
    if not actor.has_perm("advocacy.approve"):
        raise AssessingError(_("Your role does not allow this. Ask an administrator."))
    if proposal.proposed_by_id == actor.pk:
        raise AssessingError(_("You proposed this yourself. Somebody else must decide."))


def _decide(proposal: Proposal, status: str, *, actor: User, sentence: str) -> None:
    rows = Proposal.objects.waiting().filter(pk=proposal.pk)
    if not rows.update(status=status, decision=sentence[:500], decided_by=actor, decided_at=timezone.now()):
        raise AssessingError(_("This proposal was decided or replaced a moment ago. Look at it again."))


def _supersede(proposal: Proposal, words: dict[str, Any], *, actor: User, seen: int) -> Assessment:
    now = timezone.now()
    here = Assessment.objects.current().filter(point=proposal.point, country=proposal.country)
    ended = here.filter(pk=seen).update(superseded_at=now) if seen else 0
    stale = AssessingError(_("Another answer was confirmed since you opened this page. Look at it, then decide."))
    if seen and not ended:
        raise stale
    try:
        with transaction.atomic():
            return Assessment.objects.create(
                point=proposal.point,
                country=proposal.country,
                reported_by=proposal.organisation,
                reported_at=proposal.created_at,
                confirmed_by=actor,
                confirmed_at=now,
                **words,
            )
    except IntegrityError:
        raise stale from None
