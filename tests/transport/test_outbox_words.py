"""Each system mail has a subject, a text part and an HTML part; values are escaped in HTML and left alone in text."""

from html.parser import HTMLParser

import pytest
from django.utils import timezone, translation

from transport.delivery import refuse_unsafe_bytes
from transport.message import build_message
from transport.wording import PURPOSES, missing_keys, word

NASTY = "O'Brien & <script>alert(1)</script> “Żółć” {{ 7 }} {% now %}"
VALUES = {
    "name": NASTY,
    "inviter": "Daria Moroz",
    "link": "https://desk.platform.example/invitation/t0ken/?a=1&b=2",
    "url": "https://desk.platform.example/desk/letters/TST-2026-001/?a=1&b=2",
    "days": 7,
    "reference": "TST-2026-001",
    "title": NASTY,
    "version": 6,
    "asker": "Daria Moroz",
    "person": "Ilse Approver",
    "note": f"{NASTY}\nsecond line",
    "matched": 111,
    "recipients": 106,
    "sender": "Test Platform <advocacy@platform.example>",
    "accepted": 100,
    "not_sent": 5,
    "not_known": 1,
    "reason": "The mail server cannot be reached.",
    "left": 7,
    "kind": "changed",
    "organisation": NASTY,
    "who": NASTY,
    "deadline": "7 December 2026, 18:00",
    "answer": "signed",
    "printed": NASTY,
    "wish": NASTY,
    "country": "Germany",
    "until": "22 December 2026",
    "number": 6,
    "lines": f"{NASTY}\nsecond line",
}
TEMPLATED = sorted(set(PURPOSES) - {"plain"})


def worded(purpose, language="en", **changes):
    return word(purpose, language, VALUES | changes)


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.attributes = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        self.links += [value for name, value in attrs if name == "href"]


def read(html):
    reader = Reader()
    reader.feed(html)
    return reader


@pytest.mark.parametrize("purpose", TEMPLATED)
def test_every_purpose_has_a_subject_on_one_line_and_both_parts(purpose):
    words = worded(purpose)
    assert words.subject
    assert "\n" not in words.subject
    assert "&amp;" not in words.subject + words.text
    assert "{% " not in words.text.replace("{% now %}", "")
    if "TST-2026-001" in words.subject:
        assert NASTY.split(" {{")[0] in words.subject + words.text
    assert words.text.count("\n-- \n") == 1


@pytest.mark.parametrize("purpose", TEMPLATED)
def test_values_cannot_write_html(purpose):
    reader = read(worded(purpose).html)
    assert "script" not in reader.tags
    assert {"img", "link", "iframe"}.isdisjoint(reader.tags)


@pytest.mark.parametrize("purpose", TEMPLATED)
def test_the_text_part_holds_every_link_of_the_html_part_on_a_line_of_its_own(purpose):
    words = worded(purpose)
    links = set(read(words.html).links)
    assert links
    assert links <= set(words.text.splitlines())


@pytest.mark.parametrize("purpose", TEMPLATED)
def test_the_html_says_its_language_and_hides_its_layout_from_screen_readers(purpose, more_languages):
    words = worded(purpose, language="fr")
    reader = read(words.html)
    languages = [attrs["lang"] for _tag, attrs in reader.attributes if "lang" in attrs]
    assert languages == ["fr", "fr"]
    data_tables = [a for tag, a in reader.attributes if tag == "table" and a.get("role") != "presentation"]
    assert len(data_tables) == reader.tags.count("caption")
    assert reader.tags.count("h1") == 1
    assert len(words.html) < 15_000


@pytest.mark.parametrize("purpose", TEMPLATED)
def test_every_mail_travels_as_seven_bits(purpose):
    words = worded(purpose)
    refuse_unsafe_bytes(
        build_message(
            sender="desk@platform.example",
            to="boris@platform.example",
            reply_to="",
            subject=words.subject,
            text=words.text,
            html=words.html,
            message_id="x@platform.example",
            headers={},
            date=timezone.now(),
        )
    )


def test_a_letter_and_a_statement_ask_for_approval_in_their_own_words():
    letter = worded("approval-asked")
    statement = word(
        "approval-asked", "en", {"title": "A text", "reference": "S-1", "url": "https://x", "person": "Ana", "note": ""}
    )
    assert letter.subject == "Please read: letter to 106 people (TST-2026-001)"
    assert "106 people (111 matched)" in letter.html
    assert statement.subject == "Please read: A text (S-1)"
    assert "Ana asks you to read a text" in statement.html
    assert "To:" not in statement.text


def test_a_language_the_workspace_does_not_speak_falls_back_to_its_own():
    assert 'lang="en"' in worded("approved", language="mt").html
    assert translation.get_language() in ("en", "en-gb")


def test_plain_mail_is_never_rendered_as_a_template():
    words = word("plain", "en", {"subject": "{{ settings }}", "text": "{% now 'Y' %}"})
    assert (words.subject, words.text) == ("{{ settings }}", "{% now 'Y' %}")


def test_missing_keys_are_named():
    assert missing_keys("password-reset", {}) == {"url"}
