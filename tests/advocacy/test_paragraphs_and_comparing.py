"""Texts as paragraphs, and what differs between two of them: nothing is lost, and words say what changed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from advocacy.comparing import compare, likeness, words
from advocacy.paragraphs import Paragraph, paragraphs_of, split

TEXT = (
    '<h2>What we ask</h2><p>A <strong>right</strong>,<br>not a <a href="https://x.example/a">favour</a>.</p>'
    "<ul><li>one<ul><li>deeper</li></ul></li><li><p>two</p></li></ul><blockquote><p>said</p></blockquote><hr>"
    '<table><thead><tr><th scope="col">Country</th><th>People</th></tr></thead><tbody>'
    "<tr><td><p>IE</p></td><td>5</td></tr></tbody></table>"
)


def texts(old, new):
    """Both sides of a comparison, put together again from its pieces."""
    rows = compare(old, new).changes
    back = [told(row, "ins") for row in rows if row.change != "ins"]
    there = [told(row, "del") for row in rows if row.change != "del"]
    return back, there


def told(row, but):
    return "".join(piece.text for piece in row.pieces if piece.change != but)


def test_headings_items_and_rows_are_paragraphs():
    assert [(row.kind, row.text) for row in split(TEXT)] == [
        ("h2", "What we ask"),
        ("p", "A right, not a favour (https://x.example/a)."),
        ("li", "one"),
        ("li", "deeper"),
        ("li", "two"),
        ("p", "said"),
        ("row", "Country | People"),
        ("row", "IE | 5"),
    ]


def test_title_and_summary_come_first_and_an_empty_summary_is_none():
    assert [row.kind for row in paragraphs_of("T", "", "<p>x</p>")] == ["title", "p"]
    assert [row.kind for row in paragraphs_of("T", "S", "")] == ["title", "summary"]


def test_bold_makes_no_other_wording_and_an_address_does():
    assert split("<p>a <strong>b</strong></p>")[0].digest == split("<h2>a b</h2>")[0].digest
    assert split('<p><a href="https://x.example">a</a></p>') != split('<p><a href="https://y.example">a</a></p>')


def test_an_edited_paragraph_shows_its_words_and_the_others_stay():
    old = split("<p>One stays.</p><p>People have a right to fair pay.</p><p>Three stays.</p>")
    new = split("<p>One stays.</p><p>People have a legal right to pay.</p><p>Three stays.</p>")

    found = compare(old, new)

    assert [row.change for row in found.changes] == ["same", "edited", "same"]
    assert [(piece.change, piece.text) for piece in found.changes[1].pieces if piece.change != "same"] == [
        ("ins", "legal "),
        ("del", "fair "),
    ]


def test_neighbouring_words_change_as_one_phrase():
    assert [
        (piece.change, piece.text) for piece in words("We ask the ministers to act", "We ask every government to act")
    ] == [
        ("same", "We ask "),
        ("del", "the ministers"),
        ("ins", "every government"),
        ("same", " to act"),
    ]


def test_a_paragraph_that_was_moved_is_not_shown_as_lost():
    old = split("<p>Alpha one.</p><p>Beta two.</p><p>Gamma three.</p>")
    found = compare(old, [old[2], old[0], old[1]])

    assert (found.moved, found.inserted, found.deleted) == (1, 0, 0)


def test_paragraphs_with_nothing_in_common_are_not_one_edited_paragraph():
    found = compare(
        split("<p>Compensation is a right of everybody.</p>"), split("<p>See you at nine, Brussels time.</p>")
    )

    assert sorted(row.change for row in found.changes) == ["del", "ins"]


def test_the_same_text_says_so_and_long_stretches_are_folded():
    same = split("".join(f"<p>Paragraph {number}.</p>" for number in range(9)))
    assert compare(same, same).is_same
    assert [(folded, len(rows)) for folded, rows in compare(same, same).stretches] == [
        (False, 1),
        (True, 7),
        (False, 1),
    ]


def test_a_very_long_text_is_compared_at_once_and_loses_nothing():
    long = [Paragraph("p", f"{number}") for number in range(3000)]
    back, there = texts(long, long[1:])
    assert sorted(there) == sorted(row.text for row in long[1:])
    assert len(back) >= 2999
    assert likeness("a " * 5000, "a " * 4999) == 0.0


PARAGRAPHS = st.lists(
    st.builds(
        Paragraph,
        st.sampled_from(["p", "li", "h2", "row"]),
        st.text(st.sampled_from("ab c.é "), min_size=1, max_size=30).map(str.strip).filter(bool),
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(PARAGRAPHS, PARAGRAPHS)
def test_both_texts_can_be_read_from_a_comparison(old, new):
    back, there = texts(old, new)

    assert sorted(back) == sorted(row.text for row in old)
    assert there == [row.text for row in new]
