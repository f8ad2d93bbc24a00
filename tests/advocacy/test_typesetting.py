"""How a document becomes a PDF: words are never code, every promised sign is there, nothing runs for ever."""

import io
import logging
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from advocacy import typesetting
from advocacy.blocks import blocks_of
from advocacy.typesetting import PRINTABLE, PdfError, is_printable, make_printable, printable, typeset
from contacts.languages import content_languages

MOMENT = datetime(2026, 11, 24, 10, tzinfo=UTC)
FRAME = {
    "lang": "en", "left": [], "right": [], "running": "", "foot": "", "kind": "", "draft": "", "notices": [],
    "address": "", "pages": "{page}/{pages}", "read-at": "",
}  # fmt: skip


def document(blocks, **given):
    parts = {"lang": "en", "title": "T", "author": "A", "summary": "", "keywords": [], "frame": FRAME, "parts": []}
    return {**parts, "blocks": blocks, **given}


def paragraph(words):
    return {"t": "p", "c": [{"s": words, "m": []}]}


def pages(content):
    return PdfReader(io.BytesIO(content)).pages


def bare(words):
    return re.sub(r"\s", "", words)


# Everything that means something to typst, and letters of the three scripts.
SIGNS = "#$*_`\\[]{}()<>@=+-/~'\"!?.:;,&%^|0123456789 "
LETTERS = "abcxyzABCéßőșțžłαβγδέώΩѝбгджщъюяїєґ"


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(alphabet=SIGNS + LETTERS, min_size=1, max_size=40), min_size=1, max_size=20))
def test_any_text_comes_out_as_it_went_in(texts):
    given = ["#let x = 1", "#panic()", "$1/0$", '#read("/etc/passwd")', "= No heading", "https://x.example//y", *texts]
    table = {"t": "table", "columns": 1, "head": [], "repeat": False, "nested": False}
    table["rows"] = [[{"c": [paragraph(words)], "th": False, "cs": 1, "rs": 1}] for words in given]
    content = typeset(document([*map(paragraph, given), table], title=given[-1] + "."), MOMENT)
    found = bare("".join(page.extract_text() for page in pages(content)))

    assert PdfReader(io.BytesIO(content)).metadata.title == given[-1] + "."
    at = 0
    for words in [*given, *given]:
        at = found.index(bare(words), at) + len(bare(words))


def test_every_character_that_counts_as_printable_has_a_sign():
    signs = [chr(code) for first, last in PRINTABLE for code in range(first, last + 1)]

    assert len(signs) > 2500
    assert typeset(document([paragraph(f"{sign} ") for sign in signs]), MOMENT).startswith(b"%PDF")


def test_the_letters_of_every_content_language_are_printable():
    from babel import Locale

    letters = {code: Locale.parse(code) for code in content_languages()}
    text = {
        code: "".join(
            [*locale.languages.values(), *locale.territories.values(), *locale.months["format"]["wide"].values()]
        )
        for code, locale in letters.items()
    }

    assert {code: {one for one in words if not is_printable(one)} for code, words in text.items()} == {
        code: set() for code in content_languages()
    }


def test_what_has_no_sign_is_replaced_and_told_while_what_shows_nothing_goes():
    assert printable("a中b") == ("a\N{REPLACEMENT CHARACTER}b", {"中"})
    assert printable("a\x07b\u2028c\ufe0f") == ("a b c", set())
    assert make_printable({"a": ["中", {"b": "é"}], "n": 1}) == ({"a": ["\ufffd", {"b": "é"}], "n": 1}, {"中"})


HOSTILE = {
    "deep quotations": "<blockquote>" * 500 + "x" + "</blockquote>" * 500,
    "deep tables": "<table><tr><td>" * 60 + "x" + "</td></tr></table>" * 60,
    "a wide row": "<table><tr>" + "<td>cell</td>" * 200 + "</tr></table>",
    "spans over everything": '<table><tr><td colspan="999" rowspan="999">x</td></tr><tr><td>b</td></tr></table>',
    "spans over each other": (
        '<table><tr><td rowspan="3">a</td><td>b</td></tr><tr><td colspan="4">c</td></tr>'
        '<tr><td>d</td><td rowspan="9">e</td><td>x</td></tr></table>'
    ),
    "nothing but headings": "<table><tr><th>x</th><th></th></tr></table>",
    "empty tables": "<table><tr></tr></table><table><tr><td></td></tr></table><p>x</p>",
    "a head longer than a page": "<table><thead><tr><th>"
    + "word " * 3000
    + "</th></tr></thead><tr><td>x</td></tr></table>",
    "one endless word": "<p>" + "x" * 20_000 + "</p>",
    "levels left out": "<h4>x</h4><h2></h2><h3>y</h3>",
    "a stray cell": "<p><b>x<p>y</b></li></td><td>stray</td><li>z</li>",
    "text from right to left": "<p>x \u05e9\u05dc\u05d5\u05dd</p>",
    "nothing": "<p> </p>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_tangled_text_is_set_all_the_same(name):
    shown, _missing = make_printable(document(blocks_of(HOSTILE[name])))
    content = typeset(shown, MOMENT)

    assert ("x" in "".join(page.extract_text() for page in pages(content))) is ("x" in HOSTILE[name])


def test_an_endless_word_is_broken_and_stays_on_the_page():
    content = typeset(document(blocks_of("<p>" + "x" * 20_000 + "</p>")), MOMENT)

    assert len(pages(content)) >= 4
    assert sum(page.extract_text().count("x") for page in pages(content)) == 20_000


def test_what_typst_refuses_is_a_sentence_and_the_log_holds_no_page_of_the_text(caplog):
    with caplog.at_level(logging.ERROR), pytest.raises(PdfError, match="cannot be made into a PDF"):
        typeset(document([paragraph("中" * 500)]), MOMENT)
    assert len(caplog.text) < 400


def test_what_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(typesetting, "SECONDS", 0.01)
    with pytest.raises(PdfError, match="too long or too tangled"):
        typeset(document([paragraph("word " * 20_000)]), MOMENT)


def test_what_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(typesetting, "LARGEST", 1000)
    with pytest.raises(PdfError, match="larger than"):
        typeset(document([paragraph("word")]), MOMENT)


def test_the_process_that_sets_gets_no_key_of_ours(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "a key")
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import os, sys\ntold = b'%PDF' + repr(dict(os.environ)).encode()\n"
        "sys.stdout.buffer.write(len(told).to_bytes(8, 'big') + told)\n"
    )
    monkeypatch.setattr(typesetting, "_CHILD", spy)
    told = typeset(document([]), MOMENT).decode()

    assert told.startswith("%PDF")
    assert "a key" not in told
    assert "SECRET_KEY" not in told
