"""What the reply desk adds to the pages of the rooms to the left: home, search, navigation, the story of a campaign."""

from collections.abc import Iterable

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import registry as desk
from accounts.models import User
from accounts.roles import waiting
from advocacy.models import Campaign
from contacts import registry as people
from mailing.models import Answer, Reply


def tasks(user: User) -> Iterable[desk.Task]:
    """Answers to sort, those on this person's list, and answers of theirs that may not have arrived; no query."""
    if not user.has_perm("mailing.edit"):
        return
    url = reverse("replies:list")
    if number := waiting(user, "replies"):
        title = ngettext("%(n)d answer to sort", "%(n)d answers to sort", number) % {"n": number}
        yield desk.Task(title, "", _("One key sorts an answer and opens the next."), url, _("Sort"), "reply")
    if number := waiting(user, "own_replies"):
        title = ngettext("%(n)d answer is on your list", "%(n)d answers are on your list", number) % {"n": number}
        detail = _("You take care of it: read it and write back.")
        yield desk.Task(title, "", detail, f"{url}?show=mine", _("Read and answer"), "reply")
    if number := waiting(user, "doubtful_answers"):
        sentence = ngettext(
            "%(n)d answer of yours may not have left", "%(n)d answers of yours may not have left", number
        )
        detail = _("It was not sent, or nobody knows whether it arrived.")
        yield desk.Task(sentence % {"n": number}, "", detail, f"{url}?show=doubtful", _("Settle"), "alert", "warn")


def words_of_sorts(campaign: Campaign) -> dict[int, list[str]]:
    """What the answers to each letter of a campaign say: mailing id → ["40 support, 3 oppose"]; one query."""
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
    desk.nav_counts |= {
        "replies": Reply.objects.waiting_for_users,
        "own_replies": Reply.objects.on_lists_of_users,
        "doubtful_answers": Answer.objects.in_doubt_for_users,
    }
    people.model_words |= {"mailing.Answer": gettext_lazy("answers we wrote")}
