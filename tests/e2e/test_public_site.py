"""The public site in a real browser: readable by everybody, light, without script, in the reader's language."""

import gzip
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from advocacy.models import (
    ActionPlan,
    Ask,
    AskText,
    Assessment,
    Campaign,
    CampaignText,
    Event,
    JoinedCall,
    Point,
    SignOn,
)
from contacts.models import Organisation, OrganisationMembership
from tests.factories import StatementFactory, StatementTextFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BODY = (
    "<p>People who were trafficked have a right to compensation. Most never receive any.</p>"
    "<h2>What we ask</h2><ol><li>Tell every victim.</li><li>Free legal aid.</li></ol>"
    "<blockquote><p>Nobody told me.</p></blockquote>"
    "<table><tbody><tr><th>Country</th><th>Met</th></tr><tr><td>Ireland</td><td>2</td></tr></tbody></table>"
    + "<p>Every word of a long statement weighs something, and this one is long enough to be one.</p>"
    * 12
)
PAGES = [
    "/en/",
    "/fr/",
    "/en/statements/",
    "/en/statements/?q=nothing-like-it",
    "/en/statements/right-1/",
    "/fr/statements/right-1/",
    "/pl/statements/right-1/",
    "/en/statements/gone/",
    "/en/languages/",
    "/fr/privacy/",
    "/en/nowhere/",
]


@pytest.fixture
def site(transactional_db, officer, approver, settings):
    """A site with everything the home page can show: texts in two languages, a campaign, a plan, days, members."""
    settings.HELPLINE_URL = "https://help.example/"
    now = timezone.now()
    campaign = Campaign.objects.create(
        slug="compensation", starts_on=now.date() - timedelta(days=20), published_at=now, officer=officer
    )
    for language, title in [("en", "Compensation is a right"), ("fr", "L’indemnisation est un droit")]:
        CampaignText.objects.create(campaign=campaign, language=language, title=title, aim="Six measures.")
    for number in range(1, 7):
        _statement(approver, number, now - timedelta(days=30 * number), campaign if number == 1 else None)
    gone = _statement(approver, 9, now, None, slug="gone")
    gone.status = "withdrawn"
    gone.save()
    _plan(now)
    Event.objects.create(
        slug="talk", title="A talk in the Parliament", starts_at=now + timedelta(days=9), is_public=True
    )
    JoinedCall.objects.create(
        reference="TST-J-1", slug="a-call", lead=Organisation.objects.get(name="Harbour House"), title="A call",
        link="https://harbour.example/", received_on=now.date(), asked_by=officer, decision="joined",
        decided_by=approver, decided_at=now, reason="It is ours too.", published_at=now,
    )  # fmt: skip


def _statement(approver: User, number, at, campaign, **fields):
    row = StatementFactory(
        **{"slug": f"right-{number}", **fields},
        status="published",
        published_at=at,
        approved_by=approver,
        approved_at=at,
        campaign=campaign,
        kind="joint_statement",
    )
    for language, title in [("en", f"Compensation is a right, part {number}"), ("fr", f"Un droit, partie {number}")]:
        StatementTextFactory(statement=row, language=language, title=title, summary="Six measures.", body=BODY)
    SignOn.objects.create(statement=row, lead=row.owner, deadline=at)
    return row


def _plan(now):
    plan = ActionPlan.objects.create(slug="six", title="Six points", addressee="Governments", published_at=now)
    for code, name in [("IE", "Harbour House"), ("FR", "Maison du Port"), ("PL", "Dom Portowy")]:
        member = Organisation.objects.create(name=name, country=code)
        OrganisationMembership.objects.create(organisation=member, kind="member")
    for number in range(1, 7):
        ask = Ask.objects.create(slug=f"point-{number}", is_placeholder=True)
        AskText.objects.create(ask=ask, language="en", title=f"Placeholder for point {number}")
        point = Point.objects.create(plan=plan, ask=ask, number=number)
        for code in ("IE", "FR")[: number % 3]:
            Assessment.objects.create(point=point, country=code, rating="met", evidence="Seen.", source="A law.")


def test_axe_finds_nothing_in_both_schemes_and_nothing_scrolls_sideways(visit, site):
    with visit() as reader:
        for path in PAGES:
            page = reader.open(path)
            page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
            for width in (1440, 390, 320):
                page.set_viewport_size({"width": width, "height": 1000})
                reader.check_fits(f"{path} at {width} px")
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    reader.check_accessibility(f"{path} at {width} px, {scheme}")
        reader.check_no_complaints()


def test_a_page_is_at_most_60_kb_and_four_requests(visit, site):
    for path in ["/en/", "/en/statements/", "/fr/statements/right-1/", "/en/nowhere/"]:
        with visit() as reader:
            weights = {}
            reader.page.on("response", lambda answer, kept=weights: kept.update({answer.url: answer}))
            reader.open(path)
            reader.page.wait_for_load_state("networkidle")
            bytes_of_all = sum(len(gzip.compress(answer.body())) for answer in weights.values())
            assert len(weights) <= 4, sorted(weights)
            assert bytes_of_all <= 60 * 1024, {url: len(gzip.compress(a.body())) for url, a in weights.items()}


def test_without_script_a_reader_searches_chooses_french_and_comes_back_to_it(visit, site):
    with visit(java_script_enabled=False) as reader:
        page = reader.open("/en/statements/")
        page.get_by_label("Search the titles").fill("part 3")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="Compensation is a right, part 3").click()
        page.get_by_role("button", name="Français").click()
        page.get_by_role("heading", name="Un droit, partie 3").wait_for()
        assert page.locator("html").get_attribute("lang") == "fr"
        reader.open("/")
        page.get_by_role("heading", name="Dernières déclarations").wait_for()
        reader.check_no_complaints()


def test_the_language_is_chosen_with_the_keyboard_and_the_focus_is_seen(visit, site):
    with visit() as reader:
        page = reader.open("/en/")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        button = page.get_by_role("button", name="Français")
        for _step in range(20):
            page.keyboard.press("Tab")
            if button.evaluate("one => one === document.activeElement"):
                break
        assert button.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Dernières déclarations").wait_for()
        reader.check_no_complaints()


def test_a_browser_that_prefers_french_is_led_to_french(visit, site):
    with visit(locale="fr-BE") as reader:
        page = reader.open("/")
        assert page.url.endswith("/fr/")


def test_a_printed_statement_is_the_text_without_menus(visit, site):
    with visit() as reader:
        page = reader.open("/en/statements/right-1/")
        page.emulate_media(media="print")
        for hidden in (".pub-head", ".p-side", ".pub-foot", ".p-read-in"):
            expect(page.locator(hidden).first).to_be_hidden()
        expect(page.locator(".p-print-only .p-doc-title")).to_be_visible()
        expect(page.locator(".p-doc-text")).to_be_visible()
