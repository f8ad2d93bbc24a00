"""The table of codes in docs/incoming.md says what the code does."""

import re
from pathlib import Path

from mailing.outcomes import is_hard
from transport.errors import GONE

PAGE = Path(__file__).parent.parent.parent / "docs" / "incoming.md"


def test_the_table_of_codes_is_the_codes_of_the_program():
    rows = re.findall(r"^\| (\d\.\d+\.\d+) \|[^|]+\| (yes|no) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == 10
    assert {code for code, blocked in rows if blocked == "yes"} == GONE
    assert all(is_hard(code) == (blocked == "yes") for code, blocked in rows)
