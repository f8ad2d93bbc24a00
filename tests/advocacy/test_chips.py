"""Chips of the editor and tokens of the text are the same thing, written in two ways."""

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from advocacy.richtext import RichTextField, RichTextWidget, chips_to_tokens, sanitise, tokens_to_chips

LABELS = {"family_name": "Family name", "plan_link": "Link <to> the plan"}


def test_a_chip_becomes_its_field_whatever_stands_inside_it():
    chip = '<p>Dear <span class="mention" data-mention="@family_name" data-uid="e4">Fam<span>i</span>ly</span>,</p>'

    assert chips_to_tokens(chip) == "<p>Dear {{ family_name }},</p>"


def test_a_chip_that_names_no_field_stays_text():
    html = (
        '<span data-mention="@__class__">x</span><span data-mention="">y</span><span lang="fr">z &amp; &eacute;</span>'
    )

    assert sanitise(chips_to_tokens(html)) == '<span>x</span><span>y</span><span lang="fr">z &amp; é</span>'


def test_known_tokens_in_text_become_chips_and_no_others():
    html = '<p>{{ family_name }} {{ other }} {{ family_name | default: "x" }}</p>'
    html += '<a href="{{ plan_link }}">{{plan_link}}</a>'

    assert tokens_to_chips(html, LABELS) == (
        '<p><span class="mention" data-mention="@family_name">Family name</span> {{ other }} '
        '{{ family_name | default: "x" }}</p><a href="{{ plan_link }}">'
        '<span class="mention" data-mention="@plan_link">Link &lt;to&gt; the plan</span></a>'
    )


@given(st.lists(st.sampled_from(["{{ family_name }}", "<p>", "</p>", "a &amp; b", "<strong>x</strong>"]), max_size=8))
def test_there_and_back_again(pieces):
    html = sanitise("".join(pieces))

    assert chips_to_tokens(tokens_to_chips(html, LABELS)) == html


@pytest.mark.parametrize("body", ["", "   ", "<p>&nbsp;</p>", "<p></p><hr>".replace("<hr>", ""), "<script>x</script>"])
def test_a_text_without_a_word_is_missing_where_one_is_required(body):
    field = RichTextField()

    with pytest.raises(Exception, match="required"):
        field.clean(body)
    assert RichTextField(required=False).clean(body) == ""


def test_the_editor_speaks_the_language_of_the_desk():
    with override("fr"):
        assert "translations/fr.js" in str(RichTextWidget().media)
    with override("en"):
        assert "translations" not in str(RichTextWidget().media)


def test_the_settings_of_the_editor_are_data_and_no_script():
    html = RichTextWidget([("family_name", '"><script>alert(1)</script>')]).render(
        "body", "</textarea><b>", {"id": "x"}
    )

    assert "<script" not in html
    assert "&lt;/textarea&gt;" in html
