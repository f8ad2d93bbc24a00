"""What the reply desk adds to the pages of the rooms to the left: home, search, navigation, the story of a campaign."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import registry as desk
from accounts.models import User
from accounts.roles import waiting
from contacts import registry as people
from mailing.models import Answer, Reply

# What the story of a campaign tells of answers.
SAYING = (Reply.Sort.SUPPORTS, Reply.Sort.OPPOSES, Reply.Sort.MEETING, Reply.Sort.QUESTION)


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


def sort_counts() -> dict[str, Coalesce]:
    """For a query of mailings: how many answers say what, as said_supports, said_opposes and so on."""

    def counted(sort: str) -> Coalesce:
        rows = Reply.objects.filter(mailing=OuterRef("pk"), is_auto=False, sort=sort).order_by()
        return Coalesce(Subquery(rows.values("mailing").annotate(n=Count("pk")).values("n")), Value(0))

    return {f"said_{sort}": counted(sort) for sort in SAYING}


def words_of_sorts(mailing: Any) -> str:
    """What the answers to a letter with `sort_counts` say: "40 support, 3 oppose"; "" where none was sorted."""
    numbers: dict[Reply.Sort, int] = {sort: getattr(mailing, f"said_{sort}") for sort in SAYING}
    words = {
        Reply.Sort.SUPPORTS: ngettext("%(n)d supports", "%(n)d support", numbers[Reply.Sort.SUPPORTS]),
        Reply.Sort.OPPOSES: ngettext("%(n)d opposes", "%(n)d oppose", numbers[Reply.Sort.OPPOSES]),
        Reply.Sort.MEETING: ngettext("%(n)d wants a meeting", "%(n)d want a meeting", numbers[Reply.Sort.MEETING]),
        Reply.Sort.QUESTION: ngettext("%(n)d asks a question", "%(n)d ask a question", numbers[Reply.Sort.QUESTION]),
    }
    return ", ".join(words[sort] % {"n": number} for sort, number in numbers.items() if number)


def register() -> None:
    """Fill the registries of the rooms to the left; called once, when Django is ready."""
    desk.tasks.append(tasks)
    desk.nav_counts |= {
        "replies": Reply.objects.waiting_for_users,
        "own_replies": Reply.objects.on_lists_of_users,
        "doubtful_answers": Answer.objects.in_doubt_for_users,
    }
    people.model_words |= {"mailing.Answer": gettext_lazy("answers we wrote")}
