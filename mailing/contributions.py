"""What letters add to the pages of the rooms to the left: home, search, statements, people, segments."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import registry as desk
from accounts.models import User
from accounts.roles import users_who_may
from advocacy import registry as statements
from advocacy.models import ActionPlan, Ask, Statement
from contacts import registry as people
from contacts.models import Contact, Mandate, Segment
from contacts.models.merges import ids_of_person
from mailing import archive, campaigns, follow_ups
from mailing.growth import growth_card
from mailing.models import Delivery, Mailing
from mailing.story import TONES, address_of, state_of

MOST = 20
# Letters and replies of one person on their page.
MOST_OF_ONE = 200


def tasks(user: User) -> Iterable[desk.Task]:
    """Letters that wait for this person: to approve, to change, to settle, to resume."""
    mine = Mailing.objects.visible_to(user)
    if user.has_perm("mailing.approve"):
        waiting = mine.filter(status=Mailing.Status.IN_REVIEW).exclude(submitted_by=user).exclude(author=user)
        for mailing in waiting.select_related("submitted_by", "asked_approver")[:MOST]:
            yield _approval(mailing, user)
    if not user.has_perm("mailing.send"):
        return
    found = _standing(mine)
    for mailing in found:
        if not mailing.unknown:
            continue
        detail = _unknown(mailing) % {"n": mailing.unknown}
        yield desk.Task(mailing.title, mailing.reference, detail, _report(mailing), _("Settle"), "alert", "warn")
    for mailing in found:
        if mailing.status == Mailing.Status.PAUSED:
            detail = mailing.pause_reason or _("Paused.")
            yield desk.Task(mailing.title, mailing.reference, detail, _report(mailing), _("Look"), "pause", "bad")
        elif mailing.status == Mailing.Status.APPROVED:
            detail = _("%(name)s approved it. It can be sent.") % {"name": mailing.approver}
            yield desk.Task(mailing.title, mailing.reference, detail, address_of(mailing), _("Send"), "check")
    for mailing in follow_ups.due([one for one in found if one.unanswered]):
        detail = follow_ups.sentence_of(mailing.unanswered)
        url = reverse("mailing:letter_followup", args=[mailing.reference])
        yield desk.Task(mailing.title, mailing.reference, detail, url, _("Draft a follow-up"), "reply")


def _unknown(mailing: Any) -> str:
    if mailing.kind == Mailing.Kind.NEWSLETTER:
        return ngettext(
            "%(n)d copy may or may not have arrived", "%(n)d copies may or may not have arrived", mailing.unknown
        )
    return ngettext(
        "%(n)d letter may or may not have arrived", "%(n)d letters may or may not have arrived", mailing.unknown
    )


def _standing(mine: Any) -> list[Any]:
    """Letters that stand still, with `unknown` (may have arrived) and `unanswered` (of those to follow up).

    One query for all these: the home page has twelve for all rooms together.
    """
    # By the kind of error as well, which has an index.
    kind = Delivery.ErrorKind.OUTCOME_UNKNOWN
    unsettled = Delivery.objects.filter(status=Delivery.Status.UNCERTAIN, error_kind=kind).order_by()
    counted = unsettled.filter(mailing=OuterRef("pk")).values("mailing").annotate(n=Count("pk")).values("n")
    silent = follow_ups.candidates()
    stands = Q(status__in=[Mailing.Status.PAUSED, Mailing.Status.APPROVED]) | Q(pk__in=unsettled.values("mailing"))
    rows = mine.filter(stands | silent).select_related("approver")
    rows = rows.annotate(
        unknown=Coalesce(Subquery(counted), 0),
        unanswered=Case(When(silent, then=follow_ups.unanswered_count()), default=0),
    )
    return sorted(rows[: 3 * MOST], key=lambda one: one.status != Mailing.Status.PAUSED)


def _approval(mailing: Mailing, user: User) -> desk.Task:
    detail = _("%(name)s asks for approval") % {"name": mailing.submitted_by}
    if mailing.recipients:
        people_ = ngettext("%(n)d person", "%(n)d people", mailing.recipients) % {"n": mailing.recipients}
        detail = f"{detail}, {people_}"
    asked = mailing.asked_approver_id == user.pk
    return desk.Task(
        mailing.title,
        mailing.reference,
        detail,
        address_of(mailing),
        _("Read and decide"),
        "mail",
        "warn",
        primary=asked,
    )


def _report(mailing: Mailing) -> str:
    return reverse("mailing:letter_report", args=[mailing.reference])


def outgoing(user: User) -> Iterable[desk.Outgoing]:
    """Letters on their way: waiting for approval, scheduled, sending, paused; and what ended today."""
    states = ["in_review", "approved", "scheduled", "sending", "paused"]
    since = timezone.now() - timedelta(days=1)
    accepted = Count("deliveries", filter=Q(deliveries__status=Delivery.Status.SENT))
    rows = Mailing.objects.visible_to(user).filter(Q(status__in=states) | Q(status="finished", finished_at__gte=since))
    for mailing in rows.annotate(accepted=accepted)[:MOST]:
        under_way = mailing.status in ("sending", "paused", "finished")
        count = mailing.recipients or 0
        yield desk.Outgoing(
            title=mailing.title,
            reference=mailing.reference,
            url=address_of(mailing),
            to=ngettext("%(n)d person", "%(n)d people", count) % {"n": count},
            state=mailing.get_status_display(),
            tone=TONES[mailing.status],
            when=_when(mailing),
            done=mailing.accepted if under_way else None,
            total=count if under_way else None,
        )


def _when(mailing: Mailing) -> str:
    moment = mailing.finished_at or mailing.started_at or mailing.scheduled_at
    return date_format(timezone.localtime(moment), "j M, H:i") if moment else "–"


def drafts(user: User) -> Iterable[desk.Draft]:
    """Letters this person began that are still drafts."""
    rows = Mailing.objects.visible_to(user).filter(status=Mailing.Status.DRAFT, author=user).order_by("-changed_at")
    for mailing in rows[:MOST]:
        state, tone = (_("Changes asked"), "warn") if mailing.review_note else (_("Draft"), "")
        yield desk.Draft(mailing.title, mailing.reference, address_of(mailing), state, tone, mailing.changed_at)


def tiles(user: User) -> Iterable[desk.Tile]:
    """Letters, and copies of issues, accepted this year; nothing before the first."""
    year = timezone.localdate().year
    sent = Delivery.objects.filter(
        mailing__in=Mailing.objects.visible_to(user), status=Delivery.Status.SENT, sent_at__year=year
    )
    letter, issue = (Q(mailing__kind=kind) for kind in (Mailing.Kind.LETTER, Mailing.Kind.NEWSLETTER))
    found = sent.aggregate(
        letters=Count("pk", filter=letter),
        mailings=Count("mailing", distinct=True, filter=letter),
        copies=Count("pk", filter=issue),
        issues=Count("mailing", distinct=True, filter=issue),
    )
    if found["letters"]:
        note = ngettext("in %(n)d mailing", "in %(n)d mailings", found["mailings"]) % {"n": found["mailings"]}
        yield desk.Tile(_("Letters accepted in %(year)d") % {"year": year}, str(found["letters"]), "", note)
    if found["copies"]:
        note = ngettext("in %(n)d issue", "in %(n)d issues", found["issues"]) % {"n": found["issues"]}
        yield desk.Tile(_("Newsletters accepted in %(year)d") % {"year": year}, str(found["copies"]), "", note)


def search(user: User, words: str) -> Iterable[desk.Hit]:
    """Letters by reference or title."""
    rows = Mailing.objects.visible_to(user)
    for word in words.split():
        rows = rows.filter(Q(title__icontains=word) | Q(reference__icontains=word))
    for mailing in rows[:MOST]:
        detail = f"{mailing.reference}, {mailing.get_status_display()}"
        kind = _("Newsletter") if mailing.kind == Mailing.Kind.NEWSLETTER else _("Letter")
        yield desk.Hit(mailing.title, detail, address_of(mailing), kind)


def statement_actions(user: User, statement: Statement) -> Iterable[statements.Action]:
    """ "Make a letter"; on a statement nobody approved it stays and says who can."""
    if not user.has_perm("mailing.edit"):
        return
    blocked = ""
    if not statement.is_approved:
        names = ", ".join(str(person) for person in users_who_may("advocacy.approve")) or _("nobody yet")
        blocked = _("It has to be approved first. These colleagues can: %(names)s.") % {"names": names}
    url = reverse("mailing:letter_from_statement", args=[statement.reference])
    yield statements.Action(_("Make a letter"), url, primary=not blocked, blocked=blocked)


def plan_actions(user: User, plan: ActionPlan) -> Iterable[statements.Action]:
    """ "Make a letter" of its points."""
    if user.has_perm("mailing.edit"):
        yield statements.Action(_("Make a letter"), f"{reverse('mailing:letter_from_plan')}?plan={plan.slug}", "get")


def sent_to(statement: Statement) -> Iterable[statements.SentTo]:
    """Letters made from a statement that have left: how many MEPs or people, no names. One query.

    Counts what a mail server accepted, so it says nothing before that. An MEP is who had a mandate when it left; the
    sentence says "MEPs" only where all of them were.
    """
    there = Q(started_on__isnull=True) | Q(started_on__lte=OuterRef("mailing__started_at"))
    still = Q(ended_on__isnull=True) | Q(ended_on__gte=OuterRef("mailing__started_at"))
    mandate = Mandate.objects.filter(there & still, contact=OuterRef("contact"))
    sent = Delivery.objects.filter(mailing__statement=statement, status=Delivery.Status.SENT).order_by()
    rows = sent.filter(mailing__started_at__isnull=False).annotate(is_mep=Exists(mandate))
    numbers: dict[tuple[Any, str], dict[bool, int]] = defaultdict(dict)
    for at, reference, is_mep, number in rows.values_list(
        "mailing__started_at", "mailing__reference", "is_mep"
    ).annotate(number=Count("pk")):
        numbers[at, reference][is_mep] = number
    for (at, reference), counts in sorted(numbers.items()):
        people = sum(counts.values())
        sentence = ngettext("Sent to %(n)d person", "Sent to %(n)d people", people)
        if counts.get(True) == people:
            sentence = ngettext("Sent to %(n)d MEP", "Sent to %(n)d MEPs", people)
        url = reverse("mailing:letter_report", args=[reference])
        yield statements.SentTo(at, sentence % {"n": people}, url)


def timeline(contact: Contact) -> Iterable[people.Entry]:
    """Letters to a person, each with what became of it."""
    rows = Delivery.objects.filter(contact__in=ids_of_person(contact), mailing__frozen_at__isnull=False)
    rows = rows.exclude(status=Delivery.Status.SKIPPED)
    for delivery in rows.select_related("mailing").order_by("-pk")[:MOST_OF_ONE]:
        mailing = delivery.mailing
        at = delivery.sent_at or delivery.failed_at or delivery.queued_at
        state = state_of(delivery)["word"]
        yield people.Entry(at, mailing.title, state, address_of(mailing), mailing.reference, "mail", "letters")


def replies(contact: Contact) -> Iterable[people.Entry]:
    """What a person answered; what a machine answered for them is none."""
    rows = contact.replies.filter(is_auto=False).select_related("mailing").order_by("-received_at", "-pk")
    for reply in rows[:MOST_OF_ONE]:
        to = _("To %(reference)s.") % {"reference": reply.mailing.reference} if reply.mailing else ""
        url = reverse("replies:detail", args=[reply.pk])
        title = _("Replied: %(subject)s") % {"subject": reply.subject} if reply.subject else _("Replied")
        yield people.Entry(reply.received_at, title, to, url, "", "reply", "replies")


def letter_to(user: User, contact: Contact) -> str:
    """Where one begins a letter to one person; nothing for whoever writes none."""
    if not user.has_perm("mailing.edit"):
        return ""
    return f"{reverse('mailing:letter_create')}?to={contact.public_id}"


def why_not_merged(winner: Contact, loser: Contact) -> Iterable[str]:
    """Two people stay two while a letter to one of them is approved or on its way: its list is settled and counted."""
    final = [Mailing.Status.FINISHED, Mailing.Status.CANCELLED]
    rows = Mailing.objects.filter(frozen_at__isnull=False, deliveries__contact__in=[winner, loser])
    for mailing in rows.exclude(status__in=final).distinct()[:1]:
        sentence = _("%(reference)s is on its way to one of them. Merge them when it has ended.")
        yield sentence % {"reference": mailing.reference}


def segment_uses(segment: Segment) -> Iterable[people.Use]:
    """Letters whose audience, or one of whose passages, is built on a saved segment."""
    uses = Q(audience_rules__segment=segment) | Q(passages__segment=segment)
    for mailing in Mailing.objects.filter(uses).distinct()[:MOST]:
        yield people.Use(mailing.title, mailing.reference, address_of(mailing))


def letters_with(user: User, ask: Ask) -> Iterable[statements.AskUse]:
    """Letters that make an ask, or were made from statements that refer to it."""
    makes = Q(ask_places__ask=ask) | Q(statement__ask_places__ask=ask)
    rows = Mailing.objects.visible_to(user).filter(makes).distinct().order_by("-id")
    for mailing in rows[:MOST]:
        detail = f"{mailing.reference}, {mailing.get_status_display()}"
        yield statements.AskUse(_("Letter"), mailing.title, detail, address_of(mailing))


def register() -> None:
    """Fill the registries of the rooms to the left; called once, when Django is ready."""
    desk.tasks.append(tasks)
    desk.outgoing.append(outgoing)
    desk.drafts.append(drafts)
    desk.tiles.append(tiles)
    desk.searches.append(search)
    statements.statement_actions.append(statement_actions)
    statements.plan_actions.append(plan_actions)
    statements.sent_to.append(sent_to)
    statements.campaign_story.append(campaigns.story)
    statements.ask_uses.append(letters_with)
    statements.public_pages.append(archive.sitemap_pages)
    people.list_sections.append(growth_card)
    people.timeline += [timeline, replies]
    people.person_letters.append(letter_to)
    people.merge_refusals.append(why_not_merged)
    people.model_words |= {
        "mailing.Delivery": gettext_lazy("letters"),
        "mailing.Reply": gettext_lazy("replies"),
        "mailing.AudienceRule": gettext_lazy("places in audiences, picked by hand"),
    }
    people.segment_uses.append(segment_uses)
