"""Nothing of a hostile text survives: not in what is stored, not on a page, not in what is made of it for e-mail."""

from html import unescape
from html.parser import HTMLParser

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from advocacy.citing import printed, with_sources
from advocacy.paragraphs import split
from advocacy.plaintext import to_text
from advocacy.richtext import ATTRIBUTES, TAGS, RichTextField, sanitise
from advocacy.word import from_word
from tests.payloads.hostile_html import FAMILIES, SNIPPETS

FIELDS = {"plan_link"}
FIELD = "{{ plan_link }}"


class Strict(HTMLParser):
    """Refuses every tag, attribute and scheme that is not allowed, and a tag that is not closed."""

    def __init__(self, *, ours=()):
        super().__init__(convert_charrefs=True)
        self.ours = set(ours)
        self.open = []

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS, tag
        for name, value in attrs:
            if (tag, name) in self.ours:
                continue
            assert name == "rel" or name in ATTRIBUTES.get(tag, ()), (tag, name)
            if name == "href":
                address = unescape(value or "")
                assert address.startswith(("https://", "mailto:")) or address == FIELD, address
                assert not set(address[8:9]) & set("/\\?#"), address
                assert "{" not in address or address == FIELD
        if tag not in {"br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_decl(self, _decl):
        raise AssertionError("a declaration survived")

    handle_comment = handle_pi = unknown_decl = handle_decl


def check(html, *, ours=()):
    parser = Strict(ours=ours)
    parser.feed(html)
    parser.close()
    assert parser.open == []


def test_the_corpus_is_large_and_says_each_thing_once():
    assert len(set(SNIPPETS)) == len(SNIPPETS) >= 100


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_stored_holds_allowed_tags_addresses_and_nothing_else(family):
    for snippet in FAMILIES[family]:
        for html in (snippet, f"<p>before</p>{snippet}<p>after</p>", f"<table><tr><td>{snippet}</td></tr></table>"):
            clean = sanitise(html, link_fields=FIELDS)
            check(clean)
            assert sanitise(clean, link_fields=FIELDS) == clean
            assert "before" in clean or "before" not in html


@pytest.mark.parametrize("family", FAMILIES)
def test_the_form_field_gives_the_same_clean_html_again(family):
    field = RichTextField(required=False, link_fields=FIELDS)
    for snippet in FAMILIES[family]:
        clean = field.clean(f"<p>before</p>{snippet}")
        check(clean)
        assert field.clean(clean) == clean


@pytest.mark.django_db
@pytest.mark.parametrize("family", FAMILIES)
def test_sources_add_their_own_marks_and_open_no_door(family):
    ours = {("sup", "class"), ("a", "id"), ("a", "href")}
    for snippet in FAMILIES[family]:
        stored = RichTextField(required=False).clean(f"<p>[[note: a <em>b</em>]]</p>{snippet}")
        html, sources = with_sources(stored, "en")
        check(html, ours=ours)
        assert "javascript:" not in "".join(part for part in html.split("<a ")[1:] if "href" in part.split(">")[0])
        for source in sources:
            check(source.html)
        check(printed(stored, "en"))
        assert sanitise(printed(stored, "en")) == printed(stored, "en")


def test_raw_rows_are_cleaned_before_their_sources_are_told():
    html, _sources = with_sources(
        "<script>hit()</script><p onclick=hit()>[[note: <img src=x onerror=hit()>x]]</p>", "en"
    )
    check(html, ours={("sup", "class"), ("a", "id"), ("a", "href")})


def test_the_plain_text_of_hostile_html_is_text():
    for snippet in SNIPPETS:
        assert "\0" not in to_text(sanitise(snippet))


def test_raw_rows_break_neither_the_plain_text_nor_the_paragraphs():
    for snippet in SNIPPETS:
        assert isinstance(to_text(snippet), str)
        assert isinstance(split(snippet), list)


def test_no_snippet_breaks_the_cleaning_of_word():
    for snippet in SNIPPETS:
        check(sanitise(from_word(f"<p class=MsoNormal>x</p>{snippet}")))


CUTS = st.builds(
    lambda snippet, start, end: snippet[: max(len(snippet) - end, 0)][start:],
    st.sampled_from(SNIPPETS),
    st.integers(0, 8),
    st.integers(0, 8),
)
TAG_PIECES = [f"<{end}{tag}>" for tag in sorted(TAGS) for end in ("", "/")]
OTHER_PIECES = [
    "<!--",
    "-->",
    "<![",
    "]]>",
    "&lt;",
    "&#0;",
    "<svg>",
    "</svg>",
    "<math>",
    "<style>",
    "<p class=MsoNormal>",
]
MIXED = st.lists(st.one_of(CUTS, st.text(max_size=8), st.sampled_from([*TAG_PIECES, *OTHER_PIECES])), max_size=10).map(
    "".join
)


@settings(max_examples=200, deadline=None)
@given(MIXED)
def test_mixed_and_cut_snippets_give_allowed_html_that_stays_as_it_is(html):
    once = sanitise(html, link_fields=FIELDS)

    check(once)
    assert sanitise(once, link_fields=FIELDS) == once


@settings(max_examples=200, deadline=None)
@given(MIXED)
def test_the_form_field_takes_anything_and_gives_allowed_html(html):
    try:
        clean = RichTextField(required=False).clean(html)
    except ValidationError:
        return
    check(clean)
    assert RichTextField(required=False).clean(clean) == clean
