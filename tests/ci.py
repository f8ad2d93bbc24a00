"""In CI (CI=true) a test that skips because a service is missing is a failure: any skip ends the run with an error.

What does not apply to a database by design is deselected by its marker (`only_postgresql`, `only_sqlite`), and what
reads the real public files is deselected where DEMARCHE_REAL_DATA names no folder; neither is ever skipped.
"""

import os

import pytest

VENDORS = {"only_postgresql": "postgresql", "only_sqlite": "sqlite"}


# Walks and faults run in full where the product runs in production; beside SQLite one smoke of each does.
LONG = ("browser", "faults")


def pytest_configure(config):
    config.addinivalue_line("markers", "smoke: the one of the long tests that runs on SQLite as well")
    for marker, vendor in VENDORS.items():
        config.addinivalue_line("markers", f"{marker}: is about {vendor}; left out of a run on another database")


def pytest_collection_modifyitems(config, items):
    """Leave out the tests that are about another database, or about files that are not here."""
    from django.db import connection

    # Whoever names a marker with -m gets what they ask for.
    is_short = connection.vendor == "sqlite" and not config.getoption("markexpr")
    others = [marker for marker, vendor in VENDORS.items() if vendor != connection.vendor]
    no_data = not os.environ.get("DEMARCHE_REAL_DATA")
    left_out = [
        item
        for item in items
        if any(item.get_closest_marker(marker) for marker in others)
        or (no_data and "real_data" in getattr(item, "fixturenames", ()))
        or (is_short and any(map(item.get_closest_marker, LONG)) and not item.get_closest_marker("smoke"))
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """With CI set, a run with a skipped test has failed. In xdist's workers nothing is known yet."""
    if skipped(session.config) and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    names = skipped(config)
    if names:
        terminalreporter.section("skipped in CI: this is a failure", red=True)
        for name in names:
            terminalreporter.write_line(name)


def skipped(config):
    """The names of the skipped tests when this is CI's controlling process."""
    if os.environ.get("CI", "").lower() not in {"1", "true"} or hasattr(config, "workerinput"):
        return []
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return sorted(report.nodeid for report in reporter.stats.get("skipped", [])) if reporter else []
