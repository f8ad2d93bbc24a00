"""Citations: numbers in the text and a list of sources, on pages and in e-mail; nothing is cited that is not there."""

import datetime as dt

import pytest
from django.utils import timezone

from advocacy import evidence
from advocacy.citing import printed, unknown, with_sources
from advocacy.marks import source_mark, spelled
from advocacy.models import Evidence
from advocacy.plaintext import to_text
from advocacy.richtext import chips_to_tokens, sanitise
from contacts.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def figure(officer):
    row = Evidence(
        owner=Organisation.objects.platform(),
        slug="unpaid-2025",
        claim="people without wages",
        figure="90",
        period="2025",
        source="Members’ survey",
        url="https://survey.example/2025?a=1&b=2",
        checked_on=dt.date(2026, 3, 1),
    )
    evidence.save_evidence(row, actor=officer)
    return row


TEXT = (
    "<p>We met 90 people [[source: unpaid-2025]], and most never complained "
    "[[note: <em>Annual report</em>, p. 4, https://report.example/a.]].</p>"
    "<ul><li>Again [[source: unpaid-2025]]</li></ul>"
)


def test_marks_become_numbers_and_a_source_that_is_cited_again_keeps_its_number(figure, django_assert_num_queries):
    with django_assert_num_queries(1):
        html, sources = with_sources(TEXT, "en")

    assert '<sup class="cite"><a href="#source-1" id="cite-1">1</a></sup>, and most' in html
    assert '<li>Again <sup class="cite"><a href="#source-1" id="cite-1-2">1</a></sup></li>' in html
    assert [source.number for source in sources] == [1, 2]
    assert sources[0].text.replace("\n", " ").startswith("Members’ survey: 90, people without wages, 2025.")
    assert "https://survey.example/2025?a=1&amp;b=2" in sources[0].html
    assert "Checked on 1 March 2026." in sources[0].html
    assert '<em>Annual report</em>, p. 4, <a href="https://report.example/a"' in sources[1].html


def test_a_text_without_marks_is_as_it_was(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert with_sources("<p>Plain [brackets] and [[this]].</p>", "en") == (
            "<p>Plain [brackets] and [[this]].</p>",
            [],
        )


def test_a_letter_carries_its_sources_in_tags_that_every_mail_program_shows(figure):
    html = printed(TEXT, "en")

    assert sanitise(html) == html
    assert "90 people <sup>[1]</sup>" in html
    assert "<h3>Sources</h3><ol><li>Members’ survey" in html
    assert "1. Members’ survey" in to_text(html)
    assert printed("<p>x</p>", "en") == "<p>x</p>"


def test_a_published_text_shows_the_figure_as_it_was_then(figure, officer):
    then = timezone.now()
    figure.figure = "112"
    evidence.save_evidence(figure, actor=officer)

    assert ": 112, people" in with_sources(TEXT, "en")[1][0].html
    assert ": 90, people" in with_sources(TEXT, "en", at=then)[1][0].html


def test_a_figure_that_is_not_in_the_library_is_told(figure):
    assert unknown("[[source: nowhere]] [[source: unpaid-2025]]") == ["nowhere"]
    _html, (source,) = with_sources("<p>[[source: nowhere]]</p>", "en")
    assert source.is_missing
    assert "“nowhere” is not in the evidence library" in source.html


def test_where_a_figure_is_cited_is_found(figure, statement):
    statement.texts.update(body=TEXT)
    assert [row.statement for row in evidence.citations_of(figure)] == [statement]


def test_marks_have_one_spelling_and_an_empty_note_goes():
    assert (
        spelled("<p>[[ Source :  A-1 ]][[note:  x  y ]][[note: &nbsp; ]]</p>") == "<p>[[source: a-1]][[note: x y]]</p>"
    )


def test_brackets_in_an_address_are_no_mark():
    html = sanitise('<p><a href="https://x.example/[[note:a]]">x</a></p>')
    assert with_sources(html, "en") == (html, [])


def test_a_tag_that_only_begins_in_a_note_stays_in_the_text():
    html, (source,) = with_sources("<p>[[note: a <em>b]] c</em></p>", "en")
    assert html == sanitise(html).replace("<sup>", '<sup class="cite">') or "<em> c</em>" in html
    assert source.html == "a b"


def test_a_chip_of_the_editor_becomes_a_mark():
    chip = '<p>x <span class="mention" data-mention="#unpaid-2025">[90, people]</span></p>'
    assert chips_to_tokens(chip) == f"<p>x {source_mark('unpaid-2025')}</p>"
