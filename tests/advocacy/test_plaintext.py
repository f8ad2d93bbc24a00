"""The plain text part reads as if somebody had typed it."""

from hypothesis import given, settings

from advocacy.richtext import sanitise, to_text
from tests.advocacy.test_sanitise import PIECES


def test_paragraphs_wrap_at_72_columns_with_an_empty_line_between():
    text = to_text("<p>" + "compensation " * 20 + "</p><p>is a right</p>")

    assert max(map(len, text.splitlines())) <= 72
    assert text.split("\n\n")[1] == "is a right"


def test_lists_carry_their_numbers_and_hang():
    assert to_text("<ol start='2'><li>two</li><li>" + "long " * 20 + "</li></ol>") == (
        "2. two\n3. " + ("long " * 14).strip() + "\n   " + ("long " * 6).strip()
    )


def test_a_list_in_a_list_is_indented():
    assert to_text("<ul><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ul>") == "- a\n  1. b\n  2. c\n- d"


def test_a_link_stands_on_its_own_line_unbroken():
    address = "https://platform.example/" + "a" * 80

    text = to_text(f'<p>Read <a href="{address}">the plan</a>. It is short.</p>')

    assert text == f"Read\nthe plan ({address}).\nIt is short."


def test_a_link_that_shows_its_address_is_written_once():
    assert to_text('<p><a href="mailto:desk@platform.example">desk@platform.example</a></p>') == "desk@platform.example"


def test_quotations_tables_rules_and_line_breaks():
    table = "<table><tr><th>A</th><td>B</td></tr><tr><td>C</td></tr></table>"

    assert (
        to_text(f"<blockquote><p>said<br>twice</p></blockquote><hr>{table}")
        == "> said\n> twice\n\n----------\n\nA | B\nC"
    )


def test_a_merge_field_is_never_broken_over_two_lines():
    text = to_text("<p>" + "x" * 65 + ' {{ group | default: "dear colleague" }}, yes</p>')

    assert text.splitlines() == ["x" * 65, '{{ group | default: "dear colleague" }}, yes']


def test_characters_come_out_as_characters():
    assert to_text("<p>Caf&eacute; &amp; &lt;b&gt;&nbsp;x</p>") == "Café & <b>\xa0x"


@settings(max_examples=100, deadline=None)
@given(PIECES)
def test_any_clean_text_can_be_written(html):
    assert "\0" not in to_text(sanitise(html))
