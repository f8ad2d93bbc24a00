"""What the walk of a newsletter needs: steps at the desk, and mail as a mail program reads and answers it."""

import email
import email.policy
import http.client
import re
from urllib.parse import urlsplit

from desk.demo.walk import approve_letter
from mailing import lifecycle
from mailing.models import Mailing
from tests.e2e.hands import Counting
from tests.e2e.letters import let_the_hold_pass
from tests.processes import wait_until

LINK = re.compile(r"https?://[^\s<>\"]+")
# Seconds for something that a worker does.
PATIENCE = 120
TITLE = "Who pays is still open"
WORDS = {"en": TITLE, "fr": "Qui paie ?"}


def compose(window, letter):
    """From what was published since: two statements and a plan with its figures, in English and French."""
    page = window.open("/desk/newsletters/")
    does = Counting(page)
    does.press("link", "New issue")
    does.press("link", letter.name)
    does.write("Title", "What we published in November")
    page.locator("input[name=take][value^=figures]").first.check()
    does.press("button", "Begin with what is ticked")
    mailing = Mailing.objects.get(kind="newsletter")
    assert mailing.contact_list == letter
    kinds = list(mailing.blocks.order_by("position").values_list("kind", flat=True))
    assert kinds.count("item") == 3
    assert "figures" in kinds
    lead = mailing.blocks.get(kind="lead")
    for language, heading in WORDS.items():
        page = window.open(f"/desk/newsletters/{mailing.reference}/write/?lang={language}")
        page.get_by_label("Subject").fill(f"{heading} (November)")
        page.get_by_label("Preheader").fill("What we published this month, and how far governments are.")
        page.locator(f"#id_b{lead.pk}-heading").fill(heading)
        page.get_by_label("A speaker has read this version").check()
        step = "Continue to readers" if language == "fr" else "Save"
        with page.expect_navigation():
            page.locator(".dock").get_by_role("button", name=step, exact=True).click()
    mailing.refresh_from_db()
    assert mailing.contents.filter(is_reviewed=True).count() == 2
    return mailing


def ask_for_approval(window, approver):
    """From the audience over the check to a colleague."""
    does = Counting(window.page)
    window.page.get_by_text("Continue to check").first.wait_for()
    does.press("button", "Continue to check")
    does.press("link", "Continue to approval")
    does.choose("Colleague", approver.name)
    does.press("button", "Ask for approval")
    window.page.get_by_role("heading", name=f"Waiting for {approver.name}").wait_for()


def approve_in_browser(window):
    """The colleague reads it on the approve page and decides there."""
    does = Counting(window.open("/desk/"))
    does.press("link", "Read and decide")
    assert window.page.locator(".previews iframe").count() >= 1
    does.press("button", "Approve it for one subscriber")


def send_in_browser(window, mailing):
    """On the send page: now, to the one who reads it."""
    does = Counting(window.open(f"/desk/letters/{mailing.reference}/send/"))
    does.press("button", "Send to one subscriber")
    window.page.get_by_role("heading", name="It is scheduled for one subscriber").wait_for()
    let_the_hold_pass(mailing)


def approve_and_schedule(mailing, officer, approver):
    """Asked for, approved by somebody else, and due now."""
    approve_letter(mailing, writer=officer, approver=approver)
    lifecycle.schedule(Mailing.objects.get(pk=mailing.pk), actor=officer)
    let_the_hold_pass(mailing)


def wait_for_its_end(mailing):
    """Worker and beat do the rest."""
    states = Mailing.objects.values("reference", "status", "pause_reason")
    finished = Mailing.objects.filter(pk=mailing.pk, status="finished")
    wait_until(finished.exists, PATIENCE, "the issue does not end", lambda: str(states))


def post_with_one_click(live_server, message):
    """As a mail program does: one POST to the address in the header, no cookie, no page between; sent twice."""
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    links = re.findall(r"<([^>]+)>", message["List-Unsubscribe"])
    path = urlsplit(next(link for link in links if link.startswith("http"))).path
    server = urlsplit(live_server.url)
    for _twice in range(2):
        connection = http.client.HTTPConnection(server.hostname, server.port, timeout=PATIENCE)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, "List-Unsubscribe=One-Click", headers)
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.getheader("Location") is None
        assert answer.getheader("Set-Cookie") is None
        connection.close()


def mails_to(post_office, address):
    """The system's own mails to somebody, in the order in which they came."""
    found = [caught for caught in list(post_office.messages) if caught.recipient == address]
    return [read(caught) for caught in found if b"\r\nX-Reference: " not in caught.data]


def issues_to(post_office, address):
    """The issues that somebody got."""
    return [read(caught) for caught in list(post_office.letters) if caught.recipient == address]


def read(caught):
    """A message as a mail program reads it."""
    return email.message_from_bytes(caught.data, policy=email.policy.default)


def path_of(message, part):
    """The path of the first link of a mail that holds `part`."""
    links = LINK.findall(message.get_body(("plain",)).get_content())
    found = next((link for link in links if part in link), None)
    assert found, f"no link with {part} among {links}"
    return urlsplit(found).path
