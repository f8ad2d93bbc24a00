"""Text pasted from Word: its structure stays, what only Word reads goes, foot notes become source notes."""

from pathlib import Path

from advocacy.richtext import RichTextField
from advocacy.word import from_word

WORD = (Path(__file__).parents[1] / "payloads" / "word-statement.html").read_text(encoding="utf-8")


def clean(html):
    return " ".join(RichTextField(required=False).clean(html).split())


def test_a_statement_from_word_is_plain_structure():
    assert clean(WORD).replace("> <", "><") == (
        "<h2>Unpaid wages are stolen wages</h2>"
        "<p>In 2025 our members met <b>90 people</b> who had worked for months without pay."
        "[[note: Members’ survey, 2025, p. 12, the report https://survey.example/2025.]] Most never complained.</p>"
        "<ul><li>workers in laundries<ul><li>night shifts</li></ul></li><li>workers on farms</li></ul>"
        "<h2>What we ask</h2>"
        '<ol><li>Let every worker claim <a href="https://law.example/wages" rel="noopener noreferrer">'
        "unpaid wages</a>.</li>"
        "<li>Write to us.</li></ol>"
        "<table><tbody><tr><td><p><b>Country</b></p></td><td><p><b>People</b></p></td></tr>"
        '<tr><td colspan="1"><p>Ireland</p></td><td><p>12</p></td></tr></tbody></table>'
        "<p>The end.</p>"
    )


def test_nothing_of_word_or_of_the_people_who_commented_is_left():
    text = clean(WORD)
    for gone in (
        "mso",
        "Mso",
        "<o:p",
        "style",
        "class",
        "[if",
        "Nobody cared",
        "SB",
        "Is this sure",
        "file:",
        "office.example",
    ):
        assert gone not in text


def test_html_from_elsewhere_comes_back_as_it_was():
    for html in ("<p>a</p>", "<div><p>x &amp; y</p></div>", "", "We wrote about mso-lists and class=Mso in words."):
        assert from_word(html) == html


def test_an_item_whose_marker_says_nothing_is_a_bullet_and_a_paragraph_between_ends_the_list():
    item = "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>{}</p>"
    html = f"{item.format('one')}<p class=MsoNormal>between</p>{item.format('two')}"
    assert clean(html) == "<ul><li>one</li></ul><p>between</p><ul><li>two</li></ul>"


def test_a_list_that_begins_at_a_deeper_level_is_a_list():
    html = "<p class=MsoListParagraph style='mso-list:l0 level3 lfo1'>deep</p><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>top</p>"  # noqa: E501
    assert clean(html) == "<ul><li>deep</li></ul><ul><li>top</li></ul>"


def test_outlook_paragraphs_in_bare_divisions_stay_paragraphs():
    assert clean("<div class=MsoNormal>One</div><div class=MsoNormal>Two <b>bold</b></div>") == (
        "<p>One</p><p>Two <b>bold</b></p>"
    )


def test_broken_word_html_loses_no_words():
    broken = WORD[: len(WORD) // 2] + "<![foo[<p class=MsoNormal>tail words"
    assert "tail words" in clean(broken)
    assert "laundries" in clean(broken)
