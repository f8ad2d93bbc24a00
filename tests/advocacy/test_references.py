"""References count up within a year and are never given twice."""

import time_machine

from advocacy.drafting import create_statement
from advocacy.models import Statement
from advocacy.references import next_reference


@time_machine.travel("2026-05-04 10:00", tick=False)
def test_references_count_up_by_kind_of_row(officer):
    first = create_statement(actor=officer, title="One")
    second = create_statement(actor=officer, title="Two")

    assert (first.reference, second.reference) == ("TST-S-2026-001", "TST-S-2026-002")
    assert next_reference(Statement) == "TST-2026-001"


def test_the_count_starts_again_each_year_and_passes_999(db):
    from tests.factories import StatementFactory

    with time_machine.travel("2026-12-31 10:00", tick=False):
        StatementFactory(reference="TST-S-2026-1000")
        StatementFactory(reference="TST-S-2026-999")
        assert next_reference(Statement, "S") == "TST-S-2026-1001"
    with time_machine.travel("2027-01-01 10:00", tick=False):
        assert next_reference(Statement, "S") == "TST-S-2027-001"


def test_the_next_one_is_taken_when_somebody_else_was_quicker(officer, monkeypatch):
    from advocacy import references
    from tests.factories import StatementFactory

    real = references.next_reference
    taken = real(Statement, "S")
    StatementFactory(reference=taken, slug="x")
    answers = iter([taken])
    monkeypatch.setattr(references, "next_reference", lambda *a: next(answers, None) or real(*a))

    assert create_statement(actor=officer, title="One").reference == real(Statement, "S").replace("003", "002")
