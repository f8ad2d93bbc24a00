"""No container engine runs here, so this reads the files and looks for every thing they name in the code."""

import re
import shlex
from collections import defaultdict
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands
from django.urls import resolve

from config.celery import app as celery_app
from config.env import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
# What the images of other people's services document of their own.
OF_THE_IMAGES = {"postgres": {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}, "mailpit": {"MP_MAX_MESSAGES"}}
PORTS_OF_THE_IMAGES = {"postgres": 5432, "redis": 6379, "mailpit": 1025}
FOLDERS_OF_THE_IMAGES = {"postgres": "/var/lib/postgresql/data", "redis": "/data"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def ours(compose):
    """The services made from our image."""
    return {name: service for name, service in compose["services"].items() if "build" in service}


@pytest.fixture(scope="module")
def instructions():
    """The Dockerfile's instructions, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [tuple(line.strip().split(" ", 1)) for line in lines]


def the(instructions, word):
    return [argument for name, argument in instructions if name == word]


def in_brackets(argument):
    return yaml.safe_load(argument[argument.index("[") :])


def test_the_services_are_those_of_the_design(compose):
    assert set(compose["services"]) == {
        *("migrate", "reference", "web", "worker", "beat"),
        *("postgres", "redis", "mailpit"),
    }


def test_every_command_exists(ours, instructions):
    for command in [service["command"] for service in ours.values()] + [in_brackets(the(instructions, "CMD")[0])]:
        assert_command_exists(command)


def assert_command_exists(command):
    program, *arguments = command
    if program == "python":
        assert (ROOT / arguments[0]).is_file()
        assert arguments[0] != "manage.py" or arguments[1] in get_commands()
    elif program == "celery":
        assert arguments[:2] == ["--app", "config"]
        assert import_module("config").celery_app is celery_app
        assert arguments[2] in {"worker", "beat", "inspect"}
    else:
        assert program == "gunicorn"
        assert callable(import_module(arguments[-1]).application)


def test_the_worker_reads_every_queue_that_the_code_names(ours):
    command = ours["worker"]["command"]
    listened = set(command[command.index("--queues") + 1].split(","))
    routed = {route["queue"] for route in celery_app.conf.task_routes.values()}
    assert listened == routed | {celery_app.conf.task_default_queue}


def test_every_beat_entry_names_a_task_that_exists():
    celery_app.loader.import_default_modules()
    assert {entry["task"] for entry in celery_app.conf.beat_schedule.values()} <= set(celery_app.tasks)


def test_the_worker_gets_more_time_to_stop_than_its_soft_shutdown_takes(ours):
    seconds = int(ours["worker"]["stop_grace_period"].removesuffix("s"))
    assert seconds > celery_app.conf.worker_soft_shutdown_timeout


def test_every_variable_is_read_by_the_code_or_documented_by_its_image(compose, ours, instructions):
    for service in ours.values():
        assert set(service["environment"]) <= set(VARIABLES)
    for name, service in compose["services"].items():
        if name not in ours:
            assert set(service.get("environment", {})) <= OF_THE_IMAGES.get(name, set())
    of_python = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    for argument in the(instructions, "ENV"):
        assert {pair.split("=")[0] for pair in shlex.split(argument)} <= set(VARIABLES) | of_python


def test_every_variable_that_compose_asks_for_stands_in_the_sample_environment():
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    sample = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked <= sample
    assert set(VARIABLES) <= sample


def test_urls_of_other_services_name_a_service_and_its_port(compose, ours):
    named = set()
    for service in ours.values():
        for value in service["environment"].values():
            for host, port in re.findall(r"(?:@|//)(\w+):(\d+)", re.sub(r"\$\{\w+:[-?](.*?)\}", r"\1", value)):
                assert PORTS_OF_THE_IMAGES[host] == int(port)
                named.add(host)
    assert named == set(PORTS_OF_THE_IMAGES)


def test_every_port_is_one_that_a_process_listens_on_and_open_to_this_host_only(compose, instructions):
    assert the(instructions, "EXPOSE") == ["8000"]
    command = compose["services"]["web"]["command"]
    assert command[command.index("--bind") + 1] == "0.0.0.0:8000"
    for service in compose["services"].values():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:")
    assert compose["services"]["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert compose["services"]["mailpit"]["ports"] == ["127.0.0.1:8025:8025"]


def test_every_volume_is_declared_and_mounted_where_it_is_used(compose, ours, instructions):
    mounted = defaultdict(set)
    for name, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source, folder = volume.split(":")
            assert source in compose["volumes"]
            mounted[name].add(folder)
    environment = dict(pair.split("=", 1) for line in the(instructions, "ENV") for pair in shlex.split(line))
    for name in ours:
        assert mounted[name] == {environment["MEDIA_ROOT"], environment["JOURNAL_DIR"]}
    assert {name: mounted[name] for name in FOLDERS_OF_THE_IMAGES} == {
        name: {folder} for name, folder in FOLDERS_OF_THE_IMAGES.items()
    }


def test_the_image_makes_the_folders_it_writes_to_and_gives_them_to_its_user(instructions):
    made = next(line for line in the(instructions, "RUN") if "install -d" in line)
    environment = dict(pair.split("=", 1) for line in the(instructions, "ENV") for pair in shlex.split(line))
    assert {environment["MEDIA_ROOT"], environment["STATIC_ROOT"], environment["JOURNAL_DIR"]} <= set(made.split())


def test_the_image_runs_as_a_user_without_rights_and_checks_every_hash(instructions):
    names = [name for name, _argument in instructions]
    assert the(instructions, "USER") == ["demarche"]
    assert names.index("USER") < names.index("CMD")
    assert "--require-hashes -r requirements.lock" in " ".join(the(instructions, "RUN"))


def test_the_health_checks_ask_for_something_that_exists(compose, ours, instructions):
    check = the(instructions, "HEALTHCHECK")[0]
    assert_command_exists(in_brackets(check[check.index("CMD") :]))
    from config import healthcheck

    assert resolve("/" + healthcheck.URL.rsplit("/", 1)[1]).url_name == "healthz"
    for name, service in compose["services"].items():
        if name == "web":
            assert "healthcheck" not in service, "the image's own"
        elif "disable" not in service["healthcheck"]:
            kind, program, *_rest = service["healthcheck"]["test"]
            assert kind == "CMD"
            assert program in {"celery", "pg_isready", "redis-cli", "/mailpit"}
    assert_command_exists(ours["worker"]["healthcheck"]["test"][1:])


def test_nobody_starts_before_what_they_need_is_well(compose):
    for service in compose["services"].values():
        for name, condition in service.get("depends_on", {}).items():
            other = compose["services"][name]
            if condition["condition"] == "service_healthy":
                assert "test" in other["healthcheck"]
            else:
                assert condition["condition"] == "service_completed_successfully"
                assert other["restart"] == "no"


def test_the_broker_keeps_a_file_and_throws_nothing_away(compose):
    command = " ".join(compose["services"]["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_nothing_private_gets_into_the_image():
    ignored = set((ROOT / ".dockerignore").read_text().split())
    assert {".git", ".env", ".venv", "var"} <= ignored
