"""What the commands print, and where."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from contacts.models import Contact
from tests.contacts.imports.builders import SAMPLES, run, run_json

LIST = SAMPLES / "full-list_en_2026-03-17.xml"


@pytest.mark.django_db
def test_the_json_has_the_five_counts_and_the_problems_and_nothing_else():
    answer = run_json("import_meps", LIST)
    assert list(answer) == ["new", "changed", "unchanged", "gone", "held", "problems"]


@pytest.mark.django_db
def test_the_table_for_people_says_what_was_done():
    assert "A dry run: nothing was changed. Add --apply to import it." in run("import_meps", LIST)
    assert not Contact.objects.exists()
    text = run("import_meps", LIST, "--apply")
    assert "as of 2026-03-17" in text
    assert text.rstrip().endswith("Applied.")
    joined = run("import_contacts", SAMPLES / "parltrack_2024-10-14.csv", "--mapping", "parltrack", "--join")
    assert "4 matched, 1 unknown and listed below, 4 of the list left without data." in joined
    assert "Row 6, column epid: This person is not in the list" in joined


def test_as_a_process_standard_output_holds_the_object_alone(tmp_path):
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'import.sqlite3'}"}

    def manage(*arguments):
        command = [sys.executable, "manage.py", *map(str, arguments)]
        return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, timeout=300)

    assert manage("migrate", "-v0", "--skip-checks").returncode == 0
    done = manage("import_meps", LIST, "--json", "--apply")
    assert done.returncode == 0
    assert done.stdout.count(b"\n") == 1
    assert json.loads(done.stdout)["new"] == 8
    assert done.stderr == b""
    refused = manage("import_meps", settings.BASE_DIR / "manage.py", "--json")
    assert refused.returncode == 1
    assert refused.stdout == b""
    assert refused.stderr.decode().count("\n") == 1
