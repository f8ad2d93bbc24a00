"""What an answer looks like: a guess from what the person wrote."""

import pytest

from mailing import guessing


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("I will support the first two points. Could your colleagues come and explain it?", "meeting"),
        ("I do not think so and will vote against.", "opposes"),
        ("Prosimy o tekst poprawki w języku polskim", "question"),
        ("We fully support your call.", "supports"),
        ("Je soutiens votre appel.", "supports"),
        ("Thank you, we have taken note.", ""),
        ("Noted.\n> Could we meet?\n", ""),
        ("Noted.\n\nOn 24 November the platform wrote:\nWill you support it?\n", ""),
    ],
)
def test_a_guess_reads_only_what_the_person_wrote(text, sort):
    assert guessing.guess(text) == sort
