"""The documents say what the code does: `python3 dev.py check` compares them, and so does this."""

import pytest

from config.env import REQUIRED, VARIABLES
from desk.management.commands import check_docs


@pytest.mark.parametrize("comparison", check_docs.COMPARISONS, ids=lambda comparison: comparison.__name__)
def test_they_agree(comparison):
    assert list(comparison()) == []


def test_the_comparison_sees_every_variable_that_the_settings_read():
    assert set(check_docs.declared_variables()) == set(VARIABLES)


def test_it_reads_kinds_and_defaults_as_the_settings_do():
    found = check_docs.declared_variables()
    for name, variable in VARIABLES.items():
        kind, default = found[name]
        assert kind == variable.kind
        if variable.default is REQUIRED:
            assert default == "required"
        elif isinstance(variable.default, int) and default != "computed":
            assert default == f"`{int(variable.default)}`"


def test_a_missing_row_is_told(monkeypatch):
    monkeypatch.setattr(check_docs, "read", lambda name: "")
    problems = list(check_docs.settings_are_documented())
    assert "docs/settings.md does not list SECRET_KEY." in problems
    assert ".env.example does not list SECRET_KEY." in problems


def test_a_broken_link_is_told(monkeypatch, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("See [this](nowhere.md), [that](https://example.org) and [there](page.md#top).")
    monkeypatch.setattr(check_docs, "documents", lambda: [page])
    monkeypatch.setattr(check_docs, "ROOT", tmp_path)
    assert list(check_docs.links_resolve()) == ["page.md links to nowhere.md, which is not there."]


def test_an_address_in_a_lock_file_is_told(monkeypatch):
    real = check_docs.read
    monkeypatch.setattr(
        check_docs, "read", lambda name: real(name) + ("\n# https://x" if name.endswith("lock") else "")
    )
    assert "requirements.lock holds an address" in "\n".join(check_docs.locks_agree())
