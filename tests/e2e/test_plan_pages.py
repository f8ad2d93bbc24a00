"""Action plans in a real browser: readable by everybody at every width, and a member's answers in a few clicks."""

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from django.urls import reverse

from advocacy import plan_publishing
from advocacy.answer_links import Terms, make_token, send_link
from advocacy.models import ActionPlan, Ask, Assessment, Point, Proposal
from contacts.models import Organisation
from tests.advocacy.plan_parts import proposal_for, said
from tests.advocacy.scoreboard_parts import expected_table, fill, make_plan
from tests.factories import PASSWORD, StatementFactory, StatementTextFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_CLICKS = 9


@pytest.fixture
def plan(transactional_db):
    """23 countries, six points, answers of every kind; the words are placeholders and say so."""
    row = make_plan(is_sample=True, summary="How people who were trafficked get the compensation they are owed.")
    fill(row, expected_table())
    Ask.objects.update(is_placeholder=True, legal_basis="Article 17 of Directive 2011/36/EU", instrument="AMIF")
    return row


def photograph(page, name):
    """Keep a picture where PICTURES names a folder; people compare it with the mock-up."""
    folder = os.environ.get("PICTURES")
    if not folder:
        return
    for width, scheme in ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 1000})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=str(Path(folder) / f"{name}-{width}-{scheme}.png"), full_page=True)
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.emulate_media(color_scheme="light")


def check_everywhere(someone, where):
    """axe at three widths in both schemes, and nothing that scrolls sideways."""
    for width in (1440, 390, 320):
        for scheme in ("light", "dark"):
            someone.page.set_viewport_size({"width": width, "height": 1000})
            someone.page.emulate_media(color_scheme=scheme)
            someone.check_accessibility(f"{where} at {width} px, {scheme}")
            someone.check_fits(f"{where} at {width} px")
    someone.page.set_viewport_size({"width": 1440, "height": 1000})
    someone.page.emulate_media(color_scheme="light")


def test_the_public_pages_are_for_everybody(plan, visit):
    with visit() as someone:
        for name, path in (
            ("plan", reverse("public:plan_detail", args=["en", plan.slug])),
            ("country", reverse("public:plan_country", args=["en", plan.slug, "fr"])),
            ("plans", reverse("public:plan_list", args=["en"])),
            ("embed", reverse("plan_embed", args=[plan.slug])),
        ):
            requests = []
            someone.page.on("request", lambda request, into=requests: into.append(request.url))
            someone.open(path)
            assert len(set(requests)) <= 4, requests
            photograph(someone.page, name)
            check_everywhere(someone, name)
        someone.check_no_complaints()


def test_the_map_leads_to_the_country_and_back_by_keyboard(plan, visit):
    with visit(java_script_enabled=False) as someone:
        page = someone.open(reverse("public:plan_detail", args=["en", plan.slug]))
        page.locator(".tilemap a", has_text="France").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/fr/")
        assert "France meets" in page.locator("h1").inner_text()
        page.get_by_role("link", name="All 23 countries").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{plan.slug}/")
        someone.check_no_complaints()


@pytest.fixture
def elsewhere():
    """Another site on this machine: its page holds the address of its query in a frame."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            body = f'<!doctype html><title>x</title><iframe src="{unquote(self.path[2:])}"></iframe>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/?"
    server.shutdown()
    server.server_close()


def test_another_site_may_frame_the_embed_and_nothing_else(plan, visit, elsewhere):
    with visit() as someone:
        for path, is_open in (
            (reverse("plan_embed", args=[plan.slug]), True),
            (reverse("public:plan_detail", args=["en", plan.slug]), False),
        ):
            someone.page.goto(elsewhere + quote(someone.base_url + path, safe=""))
            # A page that may not be framed leaves the browser's own error page in its place.
            someone.page.wait_for_timeout(1000)
            inner = someone.page.frames[-1]
            assert inner.url.startswith(someone.base_url) is is_open, inner.url
            if is_open:
                inner.locator(".tilemap").wait_for()


class Clicks:
    """Counts what a hand does with a pointer."""

    def __init__(self):
        self.number = 0

    def on(self, target):
        self.number += 1
        target.click()


def test_a_member_updates_six_points_in_nine_clicks(plan, visit, officer, approver):
    member = Organisation.objects.get(name="CCEM")
    link = send_link(plan, member, actor=officer, terms=Terms(email="person@members.example"))
    Assessment.objects.filter(country="FR").delete()
    for point in plan.points.all():
        answer = {"evidence": "Members saw it.", "source": "A report"}
        Assessment.objects.create(point=point, country="FR", rating="not_met", **answer)

    address = reverse("answer_page", args=[make_token(link)])
    with visit() as someone:
        photograph(someone.open(address), "answer")
        check_everywhere(someone, "answers by link")
    with visit(java_script_enabled=False, width=390) as someone:
        clicks = Clicks()
        # The first click opens the link in the mail.
        clicks.number += 1
        page = someone.open(address)
        for group in page.locator("fieldset.p-answer").all():
            clicks.on(group.get_by_text("Partly", exact=True))
        clicks.on(page.get_by_role("button", name="Send the answers"))
        page.wait_for_url("**?sent=6")
        assert "6 answers were sent" in page.locator(".notice.ok").inner_text()
        assert clicks.number <= MOST_CLICKS
        someone.check_no_complaints()
    assert Proposal.objects.waiting().filter(country="FR", rating="partly").count() == 6


def test_the_desks_pages_are_for_everybody(plan, visit, officer, approver):
    plan_publishing.submit(plan, actor=officer)
    point = plan.points.get(number=1)
    member = Organisation.objects.get(name="CCEM")
    proposal_for(plan, point, member, said("partly"))
    send_link(plan, member, actor=officer, terms=Terms())
    statement = StatementFactory(author=officer)
    StatementTextFactory(statement=statement)
    ask = point.ask.slug
    with visit() as someone:
        someone.sign_in(approver, PASSWORD)
        for name, path in (
            ("desk-plans", reverse("advocacy:plan_list")),
            ("desk-plan", reverse("advocacy:plan_detail", args=[plan.slug])),
            ("desk-new-plan", reverse("advocacy:plan_create")),
            ("desk-words", reverse("advocacy:plan_words_edit", args=[plan.slug]) + "?lang=fr"),
            ("desk-point", reverse("advocacy:point_edit", args=[plan.slug, point.pk])),
            ("desk-answers", reverse("advocacy:plan_answers", args=[plan.slug])),
            ("desk-country", reverse("advocacy:plan_country", args=[plan.slug, "fr"])),
            ("desk-answer", reverse("advocacy:answer_edit", args=[plan.slug, "de"])),
            ("desk-asks", reverse("advocacy:ask_list")),
            ("desk-ask", reverse("advocacy:ask_detail", args=[ask])),
            ("desk-new-ask", reverse("advocacy:ask_create")),
            ("desk-wording", reverse("advocacy:ask_text_edit", args=[ask, "fr"])),
            ("desk-facts", reverse("advocacy:ask_edit", args=[ask])),
            ("desk-statement-asks", reverse("advocacy:statement_asks", args=[statement.reference])),
        ):
            someone.open(path)
            photograph(someone.page, name)
            check_everywhere(someone, name)
        someone.check_no_complaints()


def test_a_secretariat_walks_from_proposal_to_public_page_by_keyboard(plan, visit, officer, approver):
    member = Organisation.objects.get(name="CCEM")
    point = plan.points.get(number=1)
    Assessment.objects.filter(country="FR").delete()
    proposal_for(plan, point, member, said("met"))
    with visit() as someone:
        page = someone.sign_in(approver, PASSWORD)
        someone.open(reverse("advocacy:plan_country", args=[plan.slug, "fr"]))
        page.get_by_role("button", name="Confirm these words").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Confirmed. The public page shows it now.").wait_for()
        someone.open(reverse("public:plan_country", args=["en", plan.slug, "fr"]))
        assert "France meets 1 of 6 points" in page.locator("h1").inner_text()
        someone.check_no_complaints()
    assert Point.objects.count() == 6
    assert ActionPlan.objects.get().published_at
