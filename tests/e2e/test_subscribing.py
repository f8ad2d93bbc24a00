"""Joining a list in a real browser: three clicks, without a script, by keyboard, in French and in somebody's frame."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse

from contacts import consent
from contacts.models import ContactList, ListText, SignUp, Subscription, Topic, TopicText
from contacts.signing_up import sign_up
from tests.factories import PASSWORD
from transport.models import SystemMail

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADDRESS = "nadia@readers.example"


@pytest.fixture
def letter(transactional_db):
    """An open list in two languages, with two topics."""
    made = ContactList.objects.create(name="Network", slug="network", is_open=True)
    facts = {
        "en": ("Letter from the network", "Once a month.", "Statements, the six points, and news from members."),
        "fr": ("Lettre du réseau", "Une fois par mois.", "Déclarations, les six points et nouvelles des membres."),
    }
    for language, (name, frequency, summary) in facts.items():
        ListText.objects.create(contact_list=made, language=language, name=name, frequency=frequency, summary=summary)
        consent.set_wording(made, f"{name}: {frequency} I can leave with one click.", language=language)
    for place, name in enumerate(["New statements", "The six points"]):
        topic = Topic.objects.create(contact_list=made, slug=f"t{place}", position=place)
        TopicText.objects.create(topic=topic, language="en", name=name, description="About two a month")
    return made


def path_of(mail):
    """The path of the link in a mail."""
    return "/c/" + mail.context["url"].rpartition("/c/")[2]


def pages(letter):
    """Every page of joining, with what it is called."""
    sign_up(letter, "waits@readers.example", language="en", source="page")
    link = path_of(SystemMail.objects.get(to="waits@readers.example"))
    return {
        "subscribe": reverse("public:subscribe", args=["en"]),
        "subscribe-sent": reverse("public:subscribe_sent", args=["en"]),
        "confirm": link,
        "confirm-refused": "/c/unknown/",
        "subscribe-embed": reverse("public:subscribe_embed", args=["en", "network"]),
        "subscribe-sent-embed": reverse("public:subscribe_sent_embed", args=["en"]),
    }


def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit, letter):
    with visit() as nadia:
        for name, path in pages(letter).items():
            page = nadia.open(path)
            page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
            nadia.check_everywhere(name)
            nadia.keep_pictures(name)
        page = nadia.open(reverse("public:subscribe", args=["en"]))
        page.get_by_label("E-mail address").fill("nadia.readers.example")
        page.get_by_role("button", name="Send me the confirmation").click()
        page.get_by_role("alert").wait_for()
        nadia.check_everywhere("subscribe-error")
        nadia.keep_pictures("subscribe-error")
        nadia.check_no_complaints()


def test_joining_takes_three_clicks_and_no_script(visit, letter):
    with visit(java_script_enabled=False) as nadia:
        page = nadia.open(reverse("public:subscribe", args=["en"]))
        page.get_by_label("E-mail address").fill(ADDRESS)
        page.get_by_role("button", name="Send me the confirmation").click()
        page.get_by_role("heading", name="Check your inbox").wait_for()
        page = nadia.open(path_of(SystemMail.objects.get()))
        page.get_by_label("The six points").check()
        page.get_by_role("button", name="Yes, subscribe me").click()
        page.get_by_role("heading", name="You are subscribed").wait_for()
        nadia.keep_pictures("confirmed")
        assert page.context.cookies() == []
    subscription = Subscription.objects.get(contact__email=ADDRESS)
    assert subscription.status == "active"
    assert [topic.slug for topic in subscription.topics.all()] == ["t1"]


def test_it_can_be_done_by_keyboard(visit, letter):
    with visit() as nadia:
        page = nadia.open(reverse("public:subscribe", args=["en"]))
        page.get_by_label("E-mail address").focus()
        page.keyboard.type(ADDRESS)
        reached = []
        for _step in range(6):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.name || document.activeElement.innerText"))
            if "Send me" in reached[-1]:
                break
        assert "website" not in reached
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Check your inbox").wait_for()
    assert SignUp.objects.get().email == ADDRESS


def test_a_french_reader_reads_french(visit, letter):
    with visit(locale="fr-FR") as nadia:
        page = nadia.open(reverse("public:subscribe", args=["fr"]))
        page.get_by_role("heading", name="Lettre du réseau").wait_for()
        page.get_by_label("Adresse").fill(ADDRESS)
        page.get_by_role("button", name="M’envoyer la confirmation").click()
        page.get_by_role("heading", name="Regardez votre boîte").wait_for()
        page = nadia.open(path_of(SystemMail.objects.get()))
        page.get_by_role("button", name="Oui, abonnez-moi").click()
        page.get_by_role("heading", name="Vous êtes abonné·e").wait_for()
        assert page.locator("html").get_attribute("lang") == "fr"
        nadia.check_no_complaints()
    assert Subscription.objects.get(contact__email=ADDRESS).language == "fr"


@contextmanager
def site_of_somebody_else(html):
    """A page of another site."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def test_the_form_works_in_a_sandboxed_frame_and_as_a_form_of_another_site(visit, letter, live_server):
    frame = live_server.url + reverse("public:subscribe_embed", args=["en", "network"])
    form = live_server.url + reverse("public:subscribe_list", args=["en", "network"])
    html = f"""<!doctype html><title>Other</title>
      <iframe src="{frame}" title="Letter" width="600" height="900" sandbox="allow-forms allow-popups"></iframe>
      <form action="{form}" method="post"><input name="email" aria-label="Mail"><input type="hidden" name="from"
      value="embed"><button>Join</button></form>"""
    with site_of_somebody_else(html) as address, visit() as nadia:
        page = nadia.page
        page.goto(address)
        inside = page.frame_locator("iframe")
        inside.get_by_label("E-mail address").fill("framed@readers.example")
        inside.get_by_role("button", name="Send me the confirmation").click()
        inside.get_by_role("heading", name="Check your inbox").wait_for()
        page.get_by_label("Mail").fill("pasted@readers.example")
        page.get_by_role("button", name="Join").click()
        page.get_by_role("heading", name="Check your inbox").wait_for()
        assert page.context.cookies() == []
    assert set(SignUp.objects.values_list("email", "source")) == {
        ("framed@readers.example", "embed"),
        ("pasted@readers.example", "embed"),
    }


def test_a_colleague_finds_what_to_copy_on_the_page_of_the_list(visit, letter, officer):
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open(reverse("contacts:list_detail", args=[letter.pk]))
        copied = page.get_by_label("In a frame").input_value()
        assert reverse("public:subscribe_embed", args=["en", "network"]) in copied
        boris.check_page("list with its form")
        boris.check_no_complaints()
