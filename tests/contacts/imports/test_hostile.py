"""Damaged and hostile files of every format: imported whole or refused with a sentence, and nothing else."""

import pytest
from hypothesis import HealthCheck, given, settings

from contacts.imports import tables, workbook
from tests.contacts.imports.hostile import FORMATS, offer

pytestmark = pytest.mark.django_db
MANY = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


def test_every_format_is_here():
    assert sorted(FORMATS) == ["api-json", "csv", "monthly-json", "parltrack-json", "paste", "xlsx", "xml"]


def _cases(name):
    files, read = FORMATS[name]

    @MANY
    @given(files)
    def check(data):
        offer(read, data)

    return check


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"xlsx"}))
def test_two_hundred_files_are_imported_whole_or_refused(name):
    _cases(name)()


def test_two_hundred_workbooks_are_imported_whole_or_refused(monkeypatch):
    # In this process, for speed; what the process of its own adds is limits (test_workbooks.py).
    monkeypatch.setattr(tables, "run_reader", lambda path, *_rest: workbook.outcome(path, tables.MAX_ROWS))
    _cases("xlsx")()
