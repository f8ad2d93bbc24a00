"""The whole way of a newsletter: somebody joins, gets one issue, reads it on the web, changes their settings, leaves.

A real Chromium, a real worker and beat, a real mail server. The reader's browser runs no script. The second issue is
sent after they left: no further mail comes, and the page of the person tells the consent as a story.
"""

import pytest
from django.core.management import call_command
from django.urls import reverse

from advocacy import publishing
from contacts import consent
from contacts.models import ConsentRecord, Subscription
from desk.demo.address_book import make_address_book
from desk.demo.plan import make_plan
from desk.demo.readers import SLUG, make_readers
from desk.demo.walk import approve_statement, sample_sender, write_statement
from mailing.issues import drafting
from mailing.models import Delivery
from tests.e2e import newsletters as steps
from tests.e2e.hands import Counting
from tests.e2e.letters import HOLD
from tests.factories import PASSWORD, ContactFactory
from tests.processes import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

NADIA = "nadia@home.example"
OMAR = "omar@home.example"
# Clicks that the pages promise, each with the link in the mail.
TO_JOIN, TO_LEAVE = 3, 2


@pytest.fixture
def published(transactional_db, officer, approver):
    """Two statements and a plan that are public, and an open list with topics and nobody on it."""
    sample_sender()
    # Members, whose countries answer the plan.
    call_command("load_reference", verbosity=0)
    make_address_book(officer)
    for _number in range(2):
        statement = write_statement(actor=officer)
        approve_statement(statement, writer=officer, approver=approver)
        publishing.publish(statement, actor=approver)
    make_plan(officer, approver)
    letter = make_readers(officer)
    Subscription.objects.filter(contact_list=letter).delete()
    return letter


@pytest.fixture
def post_office(catcher, start_solo, start_forked_beat, settings):
    """A worker and beat that send to the catcher."""
    settings.SEND_HOLD_SECONDS = HOLD
    start_solo()
    start_forked_beat()
    return catcher


def test_somebody_joins_reads_changes_and_leaves(visit, published, officer, approver, post_office, live_server):
    with visit(java_script_enabled=False) as nadia, visit() as boris, visit() as clara:
        join(nadia, post_office)
        boris.sign_in(officer, PASSWORD)
        clara.sign_in(approver, PASSWORD)
        first = steps.compose(boris, published)
        steps.ask_for_approval(boris, approver)
        steps.approve_in_browser(clara)
        # The list of readers is taken down at the start, not before.
        assert not Delivery.objects.filter(mailing=first).exists()
        steps.send_in_browser(boris, first)
        steps.wait_for_its_end(first)
        got = the_issue(post_office)
        read_on_the_web(nadia, got, first)
        choose_french_and_a_topic(nadia, got, published)
        steps.post_with_one_click(live_server, got)
        assert Subscription.objects.get(contact__email=NADIA).status == "unsubscribed"
        send_to_somebody_else(post_office, officer, approver, first)
        leave_with_two_clicks(nadia, steps.issues_to(post_office, OMAR)[0])
        the_story_is_told(boris)
        for window in (nadia, boris, clara):
            window.check_no_complaints()


def join(nadia, post_office):
    """Form, link in the mail, button: three clicks, without a script. Opening the link alone changes nothing."""
    page = nadia.open(f"/en/subscribe/{SLUG}/")
    does = Counting(page)
    does.write("E-mail address", NADIA)
    does.press("button", "Send me the confirmation")
    wait_until(lambda: steps.mails_to(post_office, NADIA), steps.PATIENCE, "no confirmation arrives")
    does.clicks += 1
    nadia.open(steps.path_of(steps.mails_to(post_office, NADIA)[0], "/c/"))
    assert not Subscription.objects.filter(contact__email=NADIA).exists()
    does.press("button", "Yes, subscribe me")
    assert does.clicks == TO_JOIN
    assert Subscription.objects.get(contact__email=NADIA).status == "active"
    assert page.context.cookies() == []
    wait_until(lambda: len(steps.mails_to(post_office, NADIA)) == 2, steps.PATIENCE, "no welcome arrives")
    assert steps.path_of(steps.mails_to(post_office, NADIA)[1], "/p/")


def the_issue(post_office):
    """One message alone, with its two parts and what each must hold."""
    assert [caught.recipient for caught in post_office.letters] == [NADIA]
    message = steps.issues_to(post_office, NADIA)[0]
    assert message["Subject"] == f"{steps.TITLE} (November)"
    for kind in ("plain", "html"):
        words = message.get_body((kind,)).get_content()
        assert steps.TITLE.casefold() in words.casefold()
        assert "/u/" in words
        assert "/p/" in words
    return message


def read_on_the_web(nadia, message, mailing):
    """The link in the mail opens the issue in the archive, without anything of hers."""
    page = nadia.open(steps.path_of(message, f"/newsletter/{mailing.reference.lower()}/"))
    page.get_by_role("heading", name=steps.TITLE).first.wait_for()
    assert NADIA not in page.content()
    nadia.open("/en/newsletter/").get_by_role("link", name=steps.TITLE).first.wait_for()


def choose_french_and_a_topic(nadia, message, letter):
    """The settings behind the link of the mail; no sign-in, no script."""
    page = nadia.open(steps.path_of(message, "/p/"))
    page.get_by_label("Language").select_option("fr")
    topic = letter.topics.order_by("position").first()
    page.locator(f"input[name=topics][value='{topic.pk}']").check()
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("C’est enregistré.").wait_for()
    mine = Subscription.objects.get(contact__email=NADIA)
    assert mine.language == "fr"
    assert list(mine.topics.all()) == [topic]


def send_to_somebody_else(post_office, officer, approver, first):
    """Another issue reaches the one who is still there, and not the one who left."""
    consent.confirm(ContactFactory(email=OMAR, language="en"), first.contact_list, source="confirm page")
    second = drafting.begin_from(first, title="December", actor=officer)
    second.contents.update(is_reviewed=True)
    steps.approve_and_schedule(second, officer, approver)
    steps.wait_for_its_end(second)
    assert sorted(caught.recipient for caught in post_office.letters) == [NADIA, OMAR]
    assert len(steps.mails_to(post_office, NADIA)) == 2


def leave_with_two_clicks(window, message):
    """The link in the mail, then the button; opening the page alone changes nothing."""
    does = Counting(window.open(steps.path_of(message, "/u/")))
    does.clicks += 1
    assert Subscription.objects.get(contact__email=OMAR).status == "active"
    does.press("button", "Unsubscribe")
    window.page.get_by_role("heading", name="Done. You have left.").wait_for()
    assert does.clicks == TO_LEAVE
    assert Subscription.objects.get(contact__email=OMAR).status == "unsubscribed"


def the_story_is_told(boris):
    """On the person's page: asked, confirmed with what was shown, left by one click, in this order."""
    mine = Subscription.objects.select_related("contact", "contact_list").get(contact__email=NADIA)
    shown = ConsentRecord.objects.get(contact=mine.contact, action="confirmed")
    told = boris.open(reverse("contacts:person_detail", args=[mine.contact.public_id])).locator("body").inner_text()
    name = f"“{mine.contact_list.name}”"
    # The newest stands on top.
    places = [told.find(f"{word} {name}") for word in ("Left", "Confirmed", "Asked for")]
    assert -1 not in places, told
    assert places == sorted(places)
    assert f"Shown: “{shown.wording}” (version {shown.wording_version})" in told
