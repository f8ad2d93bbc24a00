"""The environment is read by kind, and a value that cannot be read stops the start with the variable's name."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from config import env


@pytest.fixture
def read(monkeypatch):
    """Reads a variable of a name nobody uses, and forgets that it was declared."""
    monkeypatch.setattr(env, "VARIABLES", dict(env.VARIABLES))

    def reader(kind, value=None, default=None):
        if value is None:
            monkeypatch.delenv("SOME_VARIABLE", raising=False)
        else:
            monkeypatch.setenv("SOME_VARIABLE", value)
        return env.read(kind, "SOME_VARIABLE", default, "What it means.")

    return reader


def test_each_kind_is_read_as_what_it_is(read):
    assert read("int", "42") == 42
    assert read("list", "a,b") == ["a", "b"]
    assert read("str", "x y") == "x y"


@pytest.mark.parametrize(("text", "value"), [("1", True), ("yes", True), ("On", True), ("0", False), ("false", False)])
def test_a_bool_is_a_word_for_yes_or_no(read, text, value):
    assert read("bool", text) is value


def test_a_typo_in_a_bool_is_refused_and_not_read_as_no(read):
    with pytest.raises(ImproperlyConfigured, match="SOME_VARIABLE is not a valid bool"):
        read("bool", "ture")


def test_a_number_that_is_none_is_refused_without_repeating_it(read):
    with pytest.raises(ImproperlyConfigured) as error:
        read("int", "s3cret")
    assert "SOME_VARIABLE" in str(error.value)
    assert "s3cret" not in str(error.value)


def test_an_empty_value_counts_as_not_set(read):
    assert read("int", "", default=7) == 7


def test_a_required_value_that_is_missing_names_itself_and_the_page(read):
    with pytest.raises(ImproperlyConfigured, match=r"SOME_VARIABLE is not set\. What it means\..*docs/settings\.md"):
        read("str", None, default=env.REQUIRED)


def test_a_value_may_lie_in_a_file(read, monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("SOME_VARIABLE_FILE", str(tmp_path / "secret"))
    assert read("str") == "from a file"
    monkeypatch.delenv("SOME_VARIABLE")


def test_a_file_that_cannot_be_read_stops_the_start(read, monkeypatch, tmp_path):
    monkeypatch.setenv("SOME_VARIABLE_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match="SOME_VARIABLE_FILE"):
        read("str")


def test_sqlite_gets_wal_and_immediate_transactions(monkeypatch):
    monkeypatch.setenv("SOME_DATABASE", "sqlite:////tmp/x.sqlite3")
    monkeypatch.setattr(env, "VARIABLES", dict(env.VARIABLES))
    found = env.database("SOME_DATABASE", "", "A database.")
    assert found["NAME"] == "/tmp/x.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in found["OPTIONS"]["init_command"]


@pytest.mark.filterwarnings("ignore:Engine not recognized")
@pytest.mark.parametrize("url", ["mysql://somewhere/db", "nonsense"])
def test_a_database_that_is_neither_postgresql_nor_sqlite_is_refused(monkeypatch, url):
    monkeypatch.setenv("SOME_DATABASE", url)
    monkeypatch.setattr(env, "VARIABLES", dict(env.VARIABLES))
    with pytest.raises(ImproperlyConfigured, match="SOME_DATABASE"):
        env.database("SOME_DATABASE", "", "A database.")


@pytest.mark.parametrize(
    ("given", "spelt"),
    [("unix:///tmp/b.sock", "redis+socket:///tmp/b.sock"), ("redis://localhost:6379/0", "redis://localhost:6379/0")],
)
def test_the_broker_is_spelt_as_celery_spells_it(given, spelt):
    assert env.broker_url(given) == spelt


def test_pairs_are_taken_apart_and_a_broken_one_is_named_by_its_number_alone():
    assert env.pairs(["MAILGUN_API_KEY=a=b", " X = y "], "SOME") == {"MAILGUN_API_KEY": "a=b", "X": "y"}
    with pytest.raises(ImproperlyConfigured, match="SOME: entry 2") as error:
        env.pairs(["A=b", "s3cret"], "SOME")
    assert "s3cret" not in str(error.value)


@pytest.mark.only_postgresql
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jit", "off"),
        ("max_parallel_workers_per_gather", "0"),
        ("random_page_cost", "0.1"),
        ("seq_page_cost", "0.1"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("lock_timeout", "1min"),
    ],
)
def test_a_connection_to_postgresql_has_our_settings(db, name, value):
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        assert cursor.fetchone() == (value,)
