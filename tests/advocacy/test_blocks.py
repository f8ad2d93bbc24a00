"""Clean HTML as blocks: structure stays where the typesetter can hold it, and words stay always."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advocacy.blocks import DEEPEST, blocks_of
from advocacy.richtext import sanitise


def words_of(value):
    """All strings of words in blocks, in order."""
    if isinstance(value, list):
        return "".join(words_of(one) for one in value)
    if isinstance(value, dict):
        return "".join(words_of(value[name]) for name in ("s", "c", "items", "head", "rows") if name in value)
    return value if isinstance(value, str) else ""


def cells(table, part="rows"):
    return [[(words_of(cell["c"]), cell["cs"], cell["rs"]) for cell in row] for row in table[part]]


def test_marks_and_links_stay_with_their_words_and_the_pieces_of_a_link_stay_one_link():
    html = '<p>a <strong>b <em>c</em></strong> <a href="https://x.example/">d <b>e</b></a></p>'
    assert blocks_of(html) == [
        {
            "t": "p",
            "c": [
                {"s": "a ", "m": []},
                {"s": "b ", "m": ["b"]},
                {"s": "c", "m": ["b", "i"]},
                {"s": " ", "m": []},
                {"href": "https://x.example/", "c": [{"s": "d ", "m": []}, {"s": "e", "m": ["b"]}]},
            ],
        }
    ]


def test_no_level_of_heading_is_left_out_and_headings_in_tables_are_paragraphs():
    html = "<h4>a</h4><h2>b</h2><h4>c</h4><table><tr><td><h2>d</h2></td></tr></table>"
    found = [(block["t"], block.get("level")) for block in blocks_of(html)]

    assert found == [("h", 2), ("h", 2), ("h", 3), ("table", None)]
    assert blocks_of(html)[3]["rows"][0][0]["c"][0]["t"] == "p"


def test_lists_nest_and_keep_their_first_number():
    [block] = blocks_of('<ol start="3"><li>three<ul><li>in</li></ul></li><li><p>four</p><p>more</p></li></ol>')

    assert (block["t"], block["start"], len(block["items"])) == ("ol", 3, 2)
    assert [inner["t"] for inner in block["items"][0]] == ["p", "ul"]
    assert [inner["t"] for inner in block["items"][1]] == ["p", "p"]


def test_rows_with_merged_cells_are_whole_where_cells_are_missing_or_reach_too_far():
    [table] = blocks_of(
        '<table><thead><tr><th colspan="999">Head</th></tr></thead><tbody><tr><td rowspan="9">a</td><td>b</td>'
        "<td>c</td></tr><tr><td>d</td></tr></tbody></table>"
    )

    assert table["columns"] == 3
    assert cells(table, "head") == [[("Head", 3, 1)]]
    assert cells(table) == [[("a", 1, 2), ("b", 1, 1), ("c", 1, 1)], [("d", 1, 1), ("", 1, 1)]]


def test_a_first_row_of_heading_cells_is_the_head_without_thead():
    [table] = blocks_of("<table><tr><th>a</th><th>b</th></tr><tr><th>c</th><td>d</td></tr></table>")

    assert (len(table["head"]), len(table["rows"])) == (1, 1)
    assert [cell["th"] for cell in table["rows"][0]] == [True, False]


def test_a_link_goes_to_https_mailto_or_a_place_there_is():
    html = '<p><a href="javascript:x">a</a><a href="#source-1">1</a><a href="#source-2">2</a></p>'
    [block] = blocks_of(html, ["source-1"])

    assert block["c"] == [{"s": "a", "m": []}, {"to": "source-1", "c": [{"s": "1", "m": []}]}, {"s": "2", "m": []}]


def test_an_address_that_no_line_holds_may_be_broken_after_its_slashes():
    address = "https://www.parliament.example/a/very/long/address/of/a/page/that/goes/on"
    [block] = blocks_of(f"<p>{address} and short</p>")

    assert "".join(block["c"][0]["w"]) == f"{address} and short"
    assert "w" not in blocks_of("<p>short words only</p>")[0]["c"][0]


@pytest.mark.parametrize("tag", ["blockquote", "ul><li", "table><tr><td"])
def test_what_is_nested_too_deep_goes_on_at_the_deepest_level_with_its_words(tag):
    closing = "".join(f"</{part}>" for part in reversed(tag.split("><")))
    found = blocks_of(f"<{tag}>" * 300 + "deep words" + closing * 300)

    assert words_of(found) == "deep words"
    assert str(found).count("'t':") <= DEEPEST + 2


TAGS = ["p", "ul", "ol", "li", "table", "tr", "td", "th", "thead", "h2", "h4", "blockquote", "strong", "a", "hr", "br"]
PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from(['<td colspan="3">', '<td rowspan="2">', '<th colspan="70">', '<a href="https://x.example/">']),
    st.text(alphabet="abcαβя \n", min_size=1, max_size=6),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_whatever_the_html_no_word_is_lost_and_none_is_added(html):
    clean = sanitise(html)
    plain = re.sub(r"<[^>]*>", "", clean)

    assert sorted(words_of(blocks_of(clean)).replace(" ", "")) == sorted(re.sub(r"\s", "", plain))
