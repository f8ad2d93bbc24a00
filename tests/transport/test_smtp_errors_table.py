"""The table of docs/smtp-errors.md says what the code does."""

from pathlib import Path

import pytest

from transport.errors import Phase, lost, refusal

DOC = Path(__file__).parents[2] / "docs" / "smtp-errors.md"
# These have no reply code; tests/transport/test_smtp_set_up.py meets them on a real connection.
WITHOUT_CODE = {"unreachable", "not offered", "bad certificate"}


def rows():
    table = DOC.read_text().split("## The table")[1].split("## Rules")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")][2:]
    return [tuple(cell.strip() for cell in line.strip("|").split("|"))[:5] for line in lines]


def error_for(phase, answer):
    if answer == "no answer":
        return lost(phase)
    code, _, enhanced = answer.partition(" ")
    number = {"4xx": 451, "5xx": 554, "unreadable": -1}.get(code) or int(code)
    return refusal(phase, number, f"{enhanced} words of the server".strip())


@pytest.mark.parametrize("row", [row for row in rows() if row[1] not in WITHOUT_CODE], ids=lambda row: row[0] + row[1])
def test_each_row_of_the_table_is_what_the_code_does(row):
    phase, answer, kind, pauses, gone = row
    error = error_for(Phase(phase), answer)
    assert (error.kind, error.pauses_mailing, error.mailbox_gone) == (kind, pauses == "yes", gone == "yes")


def test_the_table_has_a_row_for_no_answer_in_every_phase_that_has_one():
    phases = {row[0] for row in rows() if row[1] == "no answer"}
    assert phases == {str(phase) for phase in Phase} - {"check"}


def test_no_reply_after_the_dot_is_ever_tried_again_by_itself():
    assert lost(Phase.DOT).kind == "outcome_unknown"
    assert {lost(phase).kind for phase in Phase if phase != Phase.DOT} == {"transient"}


def test_the_words_of_a_server_lose_every_address():
    error = refusal(Phase.RCPT, 550, "5.1.1 <ana@platform.example>: user\r\nana@platform.example unknown, ANA", "ana")
    assert "platform.example" not in error.detail
    assert "ana" not in error.detail.lower().replace("(", " ").split()
    assert "\n" not in error.detail
    assert error.enhanced == "5.1.1"


def test_the_words_of_a_refused_sign_in_are_not_kept():
    assert "secret" not in refusal(Phase.AUTH, 535, "5.7.8 wrong: dXNlcjpzZWNyZXQ= secret").detail
