"""The HTML of an issue keeps to what mail programs can show and everybody can read, in every language we write."""

import email
import email.policy

import pytest

from mailing.dispatch.rendering import Renderer
from mailing.models import Block, BlockText, Delivery
from tests.factories import MailingContentFactory
from tests.letters import letter_being_sent
from tests.mailing.email_lint import contrast, declared, faults
from tests.mailing.message_rules import parts_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = "https://advocacy.platform.example"


LANGUAGES = ["bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl",
             "pl", "pt", "ro", "sk", "sl", "sv", "uk"]  # fmt: skip
SITE = "https://www.parliament.example"
SENTENCE = "Six points on compensation before the vote on 9 December, and a new report."
LONG = "Menschenhandelsbekämpfungsrichtlinienumsetzungsbericht"
BRACES = "{{ name }} and {% if x %} stay {{ words"
ROWS = {
    "figures": [{"label": label, "value": value, "of": 23} for label, value in ((LONG, 8), ("Aid", 23), ("Fund", 0))],
    "dates": [{"day": "2026-12-09", "text": SENTENCE}],
    "members": [
        {"title": "A map", "url": f"{SITE}/map?a=1&b=2", "text": SENTENCE},
        {"title": LONG, "url": ""},
    ],
}


def written(language):
    """An issue with a block of every kind that needs nothing else, in one language; its heads are long."""
    mailing = letter_being_sent(0, kind="newsletter", languages=())
    MailingContentFactory(mailing=mailing, language=language, subject="November", body="", preheader=SENTENCE)
    for position, kind in enumerate(["lead", "text", "button", *ROWS], start=1):
        block = Block.objects.create(mailing=mailing, kind=kind, position=position)
        BlockText.objects.create(
            block=block,
            language=language,
            heading="" if kind == "button" else f"{kind}: {LONG} {SENTENCE}",
            body=f'<p>{SENTENCE} <a href="{SITE}/{kind}?a=1&amp;b=2">More</a></p><ul><li>{LONG}</li></ul>'
            "<blockquote><p>Said</p></blockquote><table><tbody><tr><td>In a cell</td></tr></tbody></table>"
            if kind in ("lead", "text")
            else "",
            label="Write to your MEP" if kind == "button" else "",
            url=f"{SITE}/take-part" if kind == "button" else "",
            rows=ROWS.get(kind, []),
        )
    return mailing


def message_of(mailing, language):
    """Text and HTML of the message as it leaves."""
    delivery = Delivery(mailing=mailing, email="ana@reader.example", language=language, context={"name": "Ana"})
    message = Renderer(mailing).message_without_skeleton(delivery)
    return parts_of(email.message_from_bytes(message, policy=email.policy.default))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_issue_has_no_fault(language):
    text, html = message_of(written(language), language)
    assert not faults(html, text, language=language)


def test_a_language_written_from_the_right_says_so():
    text, html = message_of(written("ar"), "ar")
    assert not [fault for fault in faults(html, text, language="ar", direction="rtl") if "language" in fault]


def test_braces_that_a_person_wrote_stay_braces():
    mailing = written("en")
    BlockText.objects.filter(block__kind="text").update(heading=BRACES, body=f"<p>{BRACES}</p>")
    text, html = message_of(mailing, "en")
    assert html.count(BRACES) == 2
    assert BRACES in text
    assert BRACES.upper() in text


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ('lang="en"', 'lang="fr"', "language and direction"),
        ("padding: 14px 24px", "padding: 4px 24px", "a button 30 px high"),
        ('role="presentation"', "", "a table neither"),
        ("</h1>", '</h1><img src="https://x.example/p.gif">', "<img>"),
        ("</h1>", "</h1>{{ name }}", "a placeholder"),
        (f"{SITE}/take-part", f"{SITE}/elsewhere", "not in the text part"),
        ("https://", "http://", "a link to"),
        ("color: #14232b", "color: #bbbbbb", "light: #bbbbbb"),
        (".part { background: #17211f", ".part { background: #ffffff", "dark: "),
        (SENTENCE, "Short", "a preheader of 5"),
        ("400 17px", "400 11px", "11 px"),
        ("<title>November", "<title>", "no title"),
    ],
)
def test_each_fault_is_found(good, bad, fault):
    text, html = message_of(written("en"), "en")
    assert good in html
    assert any(fault in one for one in faults(html.replace(good, bad), text, language="en"))


def test_an_issue_as_large_as_gmail_hides_is_found():
    text, html = message_of(written("en"), "en")
    assert any("Gmail" in one for one in faults(html + " " * 102 * 1024, text, language="en"))


def test_colours_are_compared_as_the_standard_says():
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
    assert declared("color: red !important; margin:0") == {"color": "red", "margin": "0"}
