"""What stands on one line holds nothing that a header cannot carry, and nothing that is not seen."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.message import build_message
from transport.one_line import one_line
from transport.wording import word


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("  Who   pays? ", "Who pays?"),
        ("Who\r\nBcc: x@evil.example", "Who Bcc: x@evil.example"),
        ("Who\x02pays\x00?\x85", "Who pays ?"),
        ("compen\u00adsation", "compensation"),
        ("one\u2028two\u2029three", "one two three"),
        ("exe\u202egpj", "exegpj"),
        ("\ufeffŻółć\u200b", "Żółć"),
        ("👩\u200d⚖️ at court", "👩\u200d⚖️ at court"),
        ("half \ud83d of a pair", "half of a pair"),
        ("", ""),
    ],
)
def test_one_line_has_no_sign_that_is_not_seen(typed, found):
    assert one_line(typed) == found


@given(st.text(max_size=80))
def test_every_text_makes_a_line_that_a_header_takes_and_stays_as_it_is(text):
    line = one_line(text)
    assert one_line(line) == line
    mail = build_message(
        sender=("Platform", "desk@platform.example"),
        to=(line, "reader@platform.example"),
        reply_to="",
        subject=line,
        text="Words.",
        html="",
        message_id="<1@platform.example>",
        headers={},
        date=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
    )
    assert b"\r\nSubject: " in mail


def test_a_title_with_marks_makes_a_subject_that_can_be_sent():
    context = {"subject": "Asked:\x02 who\npays", "text": "Words."}
    assert word("plain", "en", context).subject == "Asked: who pays"
