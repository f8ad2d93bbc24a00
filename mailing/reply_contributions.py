"""What the reply desk adds to the pages of the rooms to the left: home, search, navigation, the story of a campaign."""

from collections.abc import Iterable

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import registry as desk
from accounts.models import User
from advocacy.models import Campaign
from contacts import registry as people
from mailing.models import Answer, Reply
from mailing.reply_page import name_of

MOST = 20


def tasks(user: User) -> Iterable[desk.Task]:
    """Answers to sort, those a colleague gave to this person, and answers of theirs that may not have arrived."""
    if not user.has_perm("mailing.edit"):
        return
    number = getattr(user, "waiting_replies", 0)
    if number:
        title = ngettext("%(n)d answer to sort", "%(n)d answers to sort", number) % {"n": number}
        detail = _("One key sorts an answer and opens the next.")
        yield desk.Task(title, "", detail, reverse("replies:list"), _("Sort"), "reply")
    unsettled = Q(answers__status__in=[Answer.Status.UNCERTAIN, Answer.Status.FAILED], answers__author=user)
    rows = Reply.objects.visible_to(user).filter(Q(assigned_to=user) | unsettled).select_related("contact", "mailing")
    for reply in rows.annotate(doubts=Count("answers", filter=unsettled)).order_by("-received_at", "-pk")[:MOST]:
        title = _("Answer of %(who)s") % {"who": name_of(reply, is_secret=True)}
        reference = reply.mailing.reference if reply.mailing else ""
        url = reverse("replies:detail", args=[reply.pk])
        if reply.doubts:
            detail = _("What you wrote back was not sent, or nobody knows whether it arrived.")
            yield desk.Task(title, reference, detail, url, _("Settle"), "alert", "warn")
        else:
            detail = reply.get_sort_display() if reply.sort else _("It is on your list and not sorted yet.")
            yield desk.Task(title, reference, str(detail), url, _("Read and answer"), "reply")


def words_of_sorts(campaign: Campaign) -> dict[int, list[str]]:
    """What the answers to each letter of a campaign say, in numbers: mailing id → ["40 support, 3 oppose"]; one query."""
    rows = Reply.objects.filter(mailing__campaign=campaign, is_auto=False).exclude(sort="").order_by()
    found: dict[int, list[str]] = {}
    for mailing, sort, number in rows.values_list("mailing", "sort").annotate(n=Count("pk")).order_by("sort"):
        words = {
            Reply.Sort.SUPPORTS: ngettext("%(n)d supports", "%(n)d support", number),
            Reply.Sort.OPPOSES: ngettext("%(n)d opposes", "%(n)d oppose", number),
            Reply.Sort.MEETING: ngettext("%(n)d wants a meeting", "%(n)d want a meeting", number),
            Reply.Sort.QUESTION: ngettext("%(n)d asks a question", "%(n)d ask a question", number),
        }.get(sort)
        if words:
            found.setdefault(mailing, []).append(words % {"n": number})
    return {mailing: [", ".join(words)] for mailing, words in found.items()}


def register() -> None:
    """Fill the registries of the rooms to the left; called once, when Django is ready."""
    desk.tasks.append(tasks)
    desk.nav_counts["replies"] = Reply.objects.waiting_for_users
    people.model_words |= {"mailing.Answer": gettext_lazy("answers we wrote")}
