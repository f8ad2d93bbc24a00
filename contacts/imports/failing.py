"""The rows of a file that have a problem, as a table one can repair and upload again."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from contacts.imports.changes import compare
from contacts.imports.checking import REMARKS
from contacts.imports.errors import Problem
from contacts.imports.tables import read_table
from contacts.imports.uploading import data_of, read
from contacts.models import ImportRun


def failing_rows(run: ImportRun) -> tuple[list[str], Iterator[list[str]]]:
    """A header and rows: of a sheet its own cells with what is wrong at the end, of a list row, field and problem.

    Raises ImportRefused when the file is gone.
    """
    problems = [problem for problem in compare(read(run)).problems if problem.kind not in REMARKS]
    if run.options.get("reader") != "sheet":
        return [_("Entry"), _("Field"), _("Problem"), _("Value")], _listed(problems)
    options = run.options
    table = read_table(data_of(run), run.file_name, options.get("encoding", ""), options.get("sheet", ""))
    told: dict[int, list[str]] = {}
    for problem in problems:
        if problem.row is not None:
            told.setdefault(problem.row, []).append(f"{problem.column}: {problem.problem}")
    rows = ([*cells, "; ".join(told[number])] for number, cells in table.rows if number in told)
    return [*table.header, _("What is wrong")], rows


def _listed(problems: list[Problem]) -> Iterator[list[str]]:
    for problem in problems:
        yield [str(problem.row or ""), problem.column, problem.problem, problem.value or ""]
