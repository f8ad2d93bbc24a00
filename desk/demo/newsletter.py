"""The path of a newsletter without a browser: somebody joins, gets an issue, reads it on the web, leaves.

What the reader does goes through the site's own pages, as their browser and their mail program would send it; what
they are sent is read from the catcher. Each step gives a check for the report of `demo --once`.
"""

import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from advocacy import publishing
from advocacy.models import Statement
from contacts.models import ContactList, Subscription
from desk.demo import issues, walk
from desk.demo.proof import Caught, Check, read_messages
from desk.demo.readers import SLUG, make_readers
from mailing.issues import drafting
from mailing.models import Mailing

# Who joins; invented, as everybody here.
READER = "mira.sandholm@joins.example"
SECONDS = 60.0
_LINK = re.compile(r"https?://[^\s<>\"]+")


class Post:
    """The mail that the catcher kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def issues(self, mailing: Mailing) -> list[Caught]:
        """The messages of one issue."""
        return [one for one in read_messages(self.folder) if one.reference == mailing.reference]

    def link(self, part: str) -> str:
        """The path of the first link with `part` in a system's mail to the reader. Waits for it; raises WalkError."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            for one in read_messages(self.folder):
                if one.to == READER and not one.reference:
                    for link in _LINK.findall(one.text):
                        if part in link:
                            return urlsplit(link).path
            time.sleep(0.1)
        raise walk.WalkError(f"No mail with {part} came to {READER} within {SECONDS:.0f} s.")


def walk_the_newsletter(
    statement: Statement, *, officer: User, approver: User, folder: Path, say: Callable[[str], object]
) -> list[Check]:
    """All of it, with the statement published; gives the checks. Raises WalkError where something never comes."""
    post, reader = Post(folder), Client(SERVER_NAME=urlsplit(settings.SITE_URL).hostname or "localhost")
    publishing.publish(statement, actor=approver)
    readers = make_readers(officer)
    say("Newsletter: somebody joins by the public page, and confirms.")
    checks = [_join(reader, post)]
    say("Newsletter: an issue of what was published, approved by a second account, leaves to everybody on the list.")
    first = _send(issues.make_first(readers, officer), officer, approver)
    checks += [arrived("An issue", first, post, _expected(readers)), in_their_language(first, post)]
    checks += [_on_the_web(reader, first), _leave(reader, first, post)]
    say("Newsletter: a second issue leaves after one click on “unsubscribe”.")
    again = _copy(first, officer)
    expected = _expected(readers) - {READER}
    checks.append(arrived("The next issue, without who left", _send(again, officer, approver), post, expected))
    return checks


def _join(reader: Client, post: Post) -> Check:
    """Form, link in the mail (opening it changes nothing), button."""
    mine = Subscription.objects.filter(contact__email=READER, status=Subscription.Status.ACTIVE)
    path = reverse("public:subscribe_list", kwargs={"lang": "fr", "slug": SLUG})
    asked = reader.post(path, {"email": READER, "language": "fr"}).status_code
    link = post.link("/c/")
    reader.get(link)
    waited = not mine.exists()
    reader.post(link)
    welcomed = post.link("/p/")
    seen = f"asked ({asked}), {'waited for' if waited else 'did not wait for'} the button, {mine.count()} on the list"
    return Check("Who joins confirms first", waited and mine.count() == 1 and bool(welcomed), seen)


def _send(mailing: Mailing, officer: User, approver: User) -> Mailing:
    walk.approve_letter(mailing, writer=officer, approver=approver)
    mailing.refresh_from_db()
    return walk.send_and_wait(mailing, actor=officer)


def _copy(first: Mailing, officer: User) -> Mailing:
    mailing = drafting.begin_from(first, title=issues.NEXT_TITLE, actor=officer)
    issues.write(mailing, issues.FIRST, officer)
    return mailing


def _on_the_list(readers: ContactList) -> dict[str, str]:
    """Who gets the list now, with the language they read: from the subscriptions, not from the ledger."""
    rows = readers.subscriptions.filter(status=Subscription.Status.ACTIVE).select_related("contact")
    today = timezone.localdate()
    return {row.contact.email: row.language for row in rows if row.paused_until is None or row.paused_until <= today}


def _expected(readers: ContactList) -> set[str]:
    return set(_on_the_list(readers))


def arrived(name: str, mailing: Mailing, post: Post, expected: set[str]) -> Check:
    """Whether everybody of `expected` got one message of this issue, and nobody else any."""
    found = Counter(one.to for one in post.issues(mailing))
    twice = sum(count > 1 for count in found.values())
    missing, strangers = expected - set(found), set(found) - expected
    seen = f"{mailing.reference}: {len(found)} addresses, {twice} more than once, {len(missing)} missing, "
    ok = bool(found) and not (twice or missing or strangers) and len(found) == mailing.recipients
    return Check(f"{name} reaches each reader exactly once", ok, f"{seen}{len(strangers)} unknown")


def in_their_language(mailing: Mailing, post: Post) -> Check:
    """Theirs where they chose one that the issue has."""
    assert mailing.contact_list is not None  # noqa: S101 - an issue has a list; tells mypy
    chosen = _on_the_list(mailing.contact_list)
    has = {content.language for content in mailing.contents.filter(is_reviewed=True)}
    letters = post.issues(mailing)
    wrong = [one.to for one in letters if chosen.get(one.to) in has and one.language != chosen[one.to]]
    seen = ", ".join(f"{count} {code}" for code, count in Counter(one.language for one in letters).most_common())
    return Check("Each reader gets the language they chose", not wrong and len(letters) > 0, seen)


def _on_the_web(reader: Client, mailing: Mailing) -> Check:
    path = reverse("public:issue_detail", kwargs={"lang": "fr", "reference": mailing.reference.lower()})
    answer = reader.get(path)
    page = answer.content.decode()
    ok = answer.status_code == 200 and issues.FIRST["fr"].subject in page and READER not in page
    return Check("It can be read on the web", ok and not reader.cookies, f"{path} answers {answer.status_code}")


def _leave(reader: Client, mailing: Mailing, post: Post) -> Check:
    """As a mail program does (RFC 8058): one POST to the address in the header, here twice, without a cookie."""
    links = [one.leave for one in post.issues(mailing) if one.to == READER]
    codes = [reader.post(urlsplit(links[0]).path, {"List-Unsubscribe": "One-Click"}).status_code for _twice in (1, 2)]
    state = Subscription.objects.filter(contact__email=READER).values_list("status", flat=True).get()
    ok = codes == [200, 200] and state == Subscription.Status.UNSUBSCRIBED and not reader.cookies
    return Check("One click leaves, and does no harm twice", ok, f"answered {codes}, the subscription is {state}")
