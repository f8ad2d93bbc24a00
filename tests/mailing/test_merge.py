"""The merge language is closed: what it lets through is filled and escaped, all else is refused in a sentence."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advocacy.richtext import sanitise
from mailing import merge
from tests.factories import (
    MailingContentFactory,
    MailingFactory,
    StatementFactory,
    StatementTextFactory,
)

GOOD = [
    "Dear friends,",
    "<p>{{ salutation }}</p>",
    "{{salutation}}",
    '{{ group | default: "your group" }}',
    "{{ group | default: 'your group' }}",
    "<p>{{&nbsp;salutation&nbsp;}}</p>",
    "{ one brace } and 50 % {0.__class__}",
    '<p><a href="{{ statement_link }}">the statement</a></p>',
    "<p>{{ statement_link }}</p>",
]
REFUSED = [
    ("{{ famly_name }}", "There is no field “famly_name”. Did you mean family_name?"),
    ("{{ Salutation }}", "Did you mean salutation?"),
    ("{{ qqq }}", "The fields are: salutation, closing"),
    ("{{ salutation", "not closed"),
    ("salutation }}", "closes no field"),
    ("{{ {{ name }} }}", "is no field"),
    ("{{ c.delete }}", "There is no field “c.delete”"),
    ("{{ name.upper }}", "There is no field “name.upper”"),
    ('{{ name["x"] }}', "There is no field “name.x”"),
    ("{{ }}", "is no field"),
    ("{{ 1 }}", "is no field"),
    ('{{ "text" }}', "is no field"),
    ("{{ true }}", "is no field"),
    ("{{ name name }}", "is no field"),
    ("{{- name -}}", "is no field"),
    ("{{ name, group }}", "is no field"),
    ("{{ name if group else country }}", "is no field"),
    ("{{ (1..3) }}", "is no field"),
    ("{{ name | upcase }}", "“upcase” cannot be applied"),
    ("{{ name | safe }}", "“safe” cannot be applied"),
    ("{{ name | default: group }}", "quotation marks"),
    ("{{ name | default: 1 }}", "quotation marks"),
    ("{{ name | default }}", "quotation marks"),
    ('{{ name | default: "x", allow_false: true }}', "quotation marks"),
    ('{{ name | default: "x" | default: "y" }}', "is no field"),
    ('{{ name | default: "x', "not closed"),
    ("{% debug %}", "Only fields can be inserted"),
    ("{% if name %}x{% endif %}", "Only fields can be inserted"),
    ("{% raw %}{{ name }}{% endraw %}", "Only fields can be inserted"),
    ("{% include 'settings' %}", "Only fields can be inserted"),
    ("{%", "Only fields can be inserted"),
    ("{%- liquid echo name -%}", "Only fields can be inserted"),
]


@pytest.mark.parametrize("text", GOOD)
def test_what_the_language_allows(text):
    assert merge.check(text, html=True) == []


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
@pytest.mark.parametrize("html", [True, False])
def test_everything_else_is_refused_with_a_sentence(text, sentence, html):
    problems = merge.check(text, html=html)
    assert problems
    assert sentence in " ".join(problems)
    with pytest.raises(merge.MergeError):
        merge.fill(text, dict.fromkeys(merge.FIELDS, "x"), html=html)


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.org/{{ name }}">x</a>',
        '<a href="{{ name }}">x</a>',
        '<a href="{{ statement_link }}?x={{ name }}">x</a>',
        "<a href=\"{{ statement_link | default: 'x' }}\">x</a>",
        '<span lang="{{ name }}">x</span>',
    ],
)
def test_a_field_inside_a_tag_is_refused_unless_it_is_a_whole_link(html):
    assert "whole address of a link" in merge.check(html, html=True)[0]


def test_formatting_inside_the_braces_is_refused():
    assert "is no field" in merge.check("<p>{{ <strong>name</strong> }}</p>", html=True)[0]


def test_what_the_sanitiser_leaves_is_what_is_checked():
    stored = sanitise('<p>{{ name }} <a href="{{ statement_link }}">x</a></p>', link_fields=["statement_link"])
    assert merge.check(stored, html=True) == []


@given(st.text(alphabet="{}%|\"' abcname_:.-#<>&", max_size=40))
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_is_either_refused_or_filled_without_an_error(text):
    values = dict.fromkeys(merge.FIELDS, "<b>")
    for html in (True, False):
        if merge.check(text, html=html):
            with pytest.raises(merge.MergeError):
                merge.fill(text, values, html=html)
        else:
            merge.fill(text, values, html=html)


def test_values_are_escaped_in_html_and_left_alone_in_text():
    values = {**dict.fromkeys(merge.FIELDS, ""), "name": "<b>Ann & Co</b>"}
    assert merge.fill("<p>{{ name }}</p>", values, html=True) == "<p>&lt;b&gt;Ann &amp; Co&lt;/b&gt;</p>"
    assert merge.fill("{{ name }}", values, html=False) == "<b>Ann & Co</b>"


def test_a_field_in_a_value_is_not_filled_again():
    values = {**dict.fromkeys(merge.FIELDS, ""), "name": "{{ group }}", "group": "EPP"}
    assert merge.fill("{{ name }}", values, html=False) == "{{ group }}"


def test_an_empty_field_takes_its_default():
    values = {**dict.fromkeys(merge.FIELDS, ""), "country": "Ireland"}
    assert merge.fill('{{ group | default: "your group" }}, {{ country }}', values, html=False) == "your group, Ireland"


def test_the_fields_of_a_text_and_whether_each_use_has_a_default():
    text = '<p>{{ name }} {{ group | default: "x" }} {{ country }} {{ country | default: "y" }}</p>'
    assert merge.fields_of(text) == {"name": False, "group": True, "country": False}


CONTEXT = {
    "salutation": "Madame la Députée,",
    "closing": "Veuillez agréer, Madame la Députée, l’expression de notre haute considération.",
    "given_name": "Claire",
    "family_name": "Besson",
    "name": "Claire Besson",
    "country": "FR",
    "group": "GREENS_EFA",
    "committees": ["LIBE", "FEMM"],
}


@pytest.fixture
def content(db):
    return MailingContentFactory(
        subject="{{ name }}: six points & more",
        body="<p>{{ salutation }}</p><p>{{ committees }}, {{ country }}, {{ group }}</p><p>{{ closing }}</p>",
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "FEMM and LIBE, France, Greens/EFA"),
        ("fr", "FEMM et LIBE, France, Verts/ALE"),
        ("de", "FEMM und LIBE, Frankreich, Greens/EFA"),
        ("mt", "FEMM u LIBE, Franza, Greens/EFA"),
    ],
)
def test_country_group_and_committees_are_worded_in_the_language_of_the_letter(content, language, words):
    made = merge.render(content, CONTEXT, language)
    assert words in made.text
    assert words in " ".join(made.html.split())
    assert f'<html lang="{language}"' in made.html


def test_a_letter_has_letterhead_reference_date_footer_and_no_tracking(content):
    owner = content.mailing.owner
    owner.transparency_register_id = "153882995425-37"
    content.mailing.sender.place = "Amsterdam"
    made = merge.render(content, CONTEXT, "en")
    for part in (made.html, made.text):
        flat = " ".join(part.split())
        assert owner.name in flat
        assert "EU Transparency Register 153882995425-37" in flat
        assert f"Our reference {content.mailing.reference}" in flat
        assert "Amsterdam, " in flat
        assert "Article 14 GDPR" in flat
        assert "officer@platform.example" in flat
        assert "no tracking" in flat
        assert "<img" not in part
        assert "{{" not in part


def test_who_is_not_registered_says_so(content):
    content.mailing.owner.transparency_register_id = "not registered"
    assert "Not registered in the EU Transparency Register" in merge.render(content, CONTEXT, "en").text


def test_the_fixed_words_follow_the_language_or_stand_in_marked_english(content):
    french = merge.render(content, CONTEXT, "fr")
    assert "Notre référence" in french.text
    polish = merge.render(content, CONTEXT, "pl")
    assert 'lang="en"' in polish.html
    assert "Our reference" in polish.text


def test_the_subject_is_one_plain_line(content):
    content.subject = "{{ name }}:\n six"
    assert merge.render(content, CONTEXT, "en").subject == "Claire Besson: six"


def test_the_text_part_has_short_lines_and_whole_words(content):
    made = merge.render(content, CONTEXT, "fr")
    body = made.text
    assert all(len(line) <= 72 for line in body.splitlines())
    assert "haute\nconsidération" in body or "haute considération" in body


def test_a_link_field_is_a_link_in_the_text_and_an_address_in_a_link(db):
    statement = StatementFactory(status="draft")
    StatementTextFactory(statement=statement)
    mailing = MailingFactory(statement=statement)
    statement.status = "published"
    body = '<p>{{ statement_link }} or <a href="{{ statement_link }}">here</a></p>'
    content = MailingContentFactory(mailing=mailing, body=body)
    address = f"http://localhost:8000/en/statements/{statement.slug}/"
    made = merge.render(content, CONTEXT, "en")
    assert made.html.count(f'href="{address}"') == 2
    assert f"here ({address})" in " ".join(made.text.split())


def test_the_statement_link_is_empty_until_the_statement_is_published(db):
    mailing = MailingFactory(statement=StatementFactory())
    assert merge.values_for(mailing, {}, "en")["statement_link"] == ""


def test_equal_input_gives_equal_output(content):
    assert merge.render(content, CONTEXT, "fr") == merge.render(content, dict(CONTEXT), "fr")


def test_script_in_a_name_does_not_reach_the_html(content):
    made = merge.render(content, {**CONTEXT, "salutation": "<script>alert(1)</script>"}, "en")
    assert "<script" not in made.html


def test_every_field_stands_in_the_documents(settings):
    text = (settings.BASE_DIR / "docs" / "merge-fields.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == set(merge.FIELDS)
