"""The platform's own mail to people outside can be read everywhere, in light and dark, and looks like no spam."""

import os
import shutil

import pytest

from tests.mailing.email_lint import faults_of_system
from tests.mailing.test_message_rules import scores_of
from tests.processes import Catcher
from tests.transport.test_outbox_words import NASTY, VALUES
from transport.outbox import queue_mail, send_due
from transport.wording import PURPOSES, TO_OUTSIDERS, word

SITE = "https://advocacy.platform.example"
NAME = "O'Brien & Łucja “Żółć” <the letter>"
CLEAN = {
    key: value.replace(NASTY, "O'Brien & Łucja “Żółć”") if isinstance(value, str) else value
    for key, value in VALUES.items()
}
CLEAN |= {
    "link": f"{SITE}/answer/t0ken/?a=1&b=2",
    "url": f"{SITE}/p/t0ken/?a=1&b=2",
    "frequency": "About once a month",
    "name": "The road letter",
    "title": "A right to compensation",
    "note": "We will.\nNext week.",
    "lines": "Point 1 stands.\nPoint 2 was changed.",
    "is_late": False,
}
# The words that a mail has instead, by what it is about; the first is the one of every other mail.
ALSO = [
    {},
    {"note": "", "frequency": "", "kind": "asked", "answer": "declined"},
    {"kind": "reminder", "answer": "asks_change"},
    {"kind": "late", "is_late": True},
]
LANGUAGES = ["en", "fr"]


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = SITE


def faults(purpose, language, change=None, alter=lambda html: html):
    words = word(purpose, language, CLEAN | (change or {}))
    return faults_of_system(words.subject, alter(words.html), words.text, language=language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", sorted(TO_OUTSIDERS))
def test_a_mail_to_people_outside_has_no_fault(purpose, language):
    assert not [(change, fault) for change in ALSO for fault in faults(purpose, language, change)]


@pytest.mark.parametrize("purpose", sorted(TO_OUTSIDERS))
def test_names_with_signs_of_markup_stay_names(purpose):
    values = CLEAN | dict.fromkeys(["name", "title", "organisation", "person", "printed", "who"], NAME)
    words = word(purpose, "en", values)
    told = faults_of_system(words.subject, words.html, words.text.replace(NAME, ""), language="en")
    assert [fault for fault in told if "title" not in fault] == []
    assert "<the letter>" not in words.html


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ('lang="en"', 'lang="fr"', "language and direction"),
        ("padding:14px 24px;font", "padding:4px 24px;font", "a button 30 px high"),
        ("</h1>", '</h1><img src="https://x.example/p.gif">', "<img>"),
        ("</h1>", "</h1>{{ name }}", "a placeholder"),
        ("/p/t0ken/", "/p/other/", "not in the text part"),
        ("https://", "http://", "a link to"),
        ("color:#14232b", "color:#bbbbbb", "light: #bbbbbb"),
        (".card { background: #17211f", ".card { background: #ffffff", "dark: "),
        ("400 17px", "400 11px", "11 px"),
        ("<title>", "<title>Other: ", "the title is not the subject"),
        ('class="btn"', 'class="else"', "no button"),
        ("display:none", "display:block", "no hidden preheader"),
    ],
)
def test_each_fault_is_found(good, bad, fault):
    changed = []
    told = faults("welcome", "en", alter=lambda html: changed.append(good in html) or html.replace(good, bad))
    assert changed == [True]
    assert any(fault in one for one in told), told


def test_faults_of_subject_and_text_are_found():
    words = word("welcome", "en", CLEAN)
    told = faults_of_system("{{ name }}", words.html, words.text + "<b>&amp;", language="en")
    assert "a placeholder is left in the subject: {{" in told
    assert "HTML in the text part: <b>" in told


@pytest.mark.django_db
def test_spamassassin_finds_nothing_to_complain_of(settings, tmp_path):
    program = shutil.which("spamassassin")
    if program is None:
        assert not os.environ.get("CI"), "SpamAssassin is missing; .ci/run installs it."
        pytest.skip("SpamAssassin is not installed: apt-get install spamassassin.")
    for purpose in TO_OUTSIDERS:
        for language in LANGUAGES:
            queue_mail(
                purpose=purpose,
                to=f"{purpose}.{language}@people.example",
                language=language,
                context={key: CLEAN[key] for key in PURPOSES[purpose]} | {"is_late": False, "printed": "A name"},
                dedupe_key=f"lint:{purpose}:{language}",
            )
    with Catcher() as catcher:
        settings.SMTP_URL = catcher.url
        assert send_due() == 2 * len(TO_OUTSIDERS)
        caught = {one.recipient: one.data for one in catcher.messages}
    scores = dict(zip(caught, scores_of(program, list(caught.values()), tmp_path), strict=True))
    assert max(scores.values()) <= 1.0, scores
