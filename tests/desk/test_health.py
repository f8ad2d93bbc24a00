"""/healthz tells database, broker, beat and worker apart, and says 503 when one is silent."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.utils import timezone

from desk import health, pulse
from desk.models import Pulse
from desk.tasks import pulse as pulse_task


@pytest.fixture
def alive(db):
    for name in (pulse.BEAT, pulse.WORKER, pulse.ROUND):
        pulse.beat(name)


def silence(name, settings):
    old = timezone.now() - timedelta(seconds=settings.HEARTBEAT_MAX_AGE + 5)
    Pulse.objects.filter(name=name).update(at=old)


def test_all_well_is_200_and_open_to_everybody(client, alive):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    said = answer.json()
    assert said["ok"] is said["database"] is said["broker"] is True
    assert all(said[name] <= 2 for name in ("beat", "worker", "round"))
    assert answer["Cache-Control"].startswith("max-age=0")


def test_before_anything_ran_the_signs_are_null_and_the_answer_503(client, db):
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["beat"] is answer.json()["worker"] is None


@pytest.mark.parametrize("name", [pulse.BEAT, pulse.WORKER, pulse.ROUND])
def test_one_silent_process_is_503_and_named_by_its_age(client, alive, settings, name):
    silence(name, settings)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    said = answer.json()
    assert said[name] > settings.HEARTBEAT_MAX_AGE
    others = {pulse.BEAT, pulse.WORKER, pulse.ROUND} - {name}
    assert all(said[other] <= 2 for other in others)


def test_just_after_the_start_the_round_may_be_missing(client, alive):
    Pulse.objects.filter(name=pulse.ROUND).delete()
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "unix:///nowhere.sock?virtual_host=2"])
def test_a_broker_that_is_away_is_503_at_once(client, alive, settings, url):
    settings.REDIS_URL = url
    began = timezone.now()
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["broker"] is False
    assert timezone.now() - began < timedelta(seconds=3)


def test_a_database_that_is_away_is_said_so(client, alive, monkeypatch):
    def gone():
        raise OperationalError("gone")

    monkeypatch.setattr(health.Pulse.objects, "all", gone)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {
        "database": False,
        "broker": True,
        "beat": None,
        "worker": None,
        "round": None,
        "ok": False,
    }


def test_nothing_secret_is_said(client, alive, settings):
    said = client.get("/healthz").content.decode()
    for secret in (settings.SECRET_KEY, settings.REDIS_URL, settings.EMAIL_DIGEST_KEY):
        assert secret not in said


def test_the_task_notes_the_round_only(db):
    pulse_task()
    assert list(Pulse.objects.values_list("name", flat=True)) == [pulse.ROUND]


def test_a_sign_is_one_row_however_often(db):
    for _ in range(3):
        pulse.beat(pulse.WORKER)
    assert Pulse.objects.count() == 1


def test_a_sign_that_cannot_be_written_stops_nobody(db, monkeypatch):
    def gone(**fields):
        raise OperationalError("gone")

    monkeypatch.setattr(Pulse.objects, "update_or_create", gone)
    pulse.beat(pulse.WORKER)
    assert not Pulse.objects.exists()


def test_the_worker_step_gives_a_sign_at_once_and_then_from_its_timer(db):
    class Timer:
        entries: list = []

        def call_repeatedly(self, seconds, function, arguments):
            self.entries.append((seconds, function, arguments))
            return type("Entry", (), {"cancel": lambda entry: self.entries.clear()})()

    parent = type("Worker", (), {"timer": Timer(), "steps": []})()
    step = pulse.WorkerPulse(parent)
    step.start(parent)
    assert list(Pulse.objects.values_list("name", flat=True)) == [pulse.WORKER]
    [(seconds, function, arguments)] = Timer.entries
    Pulse.objects.all().delete()
    function(*arguments)
    assert seconds == pulse.EVERY
    assert Pulse.objects.get().name == pulse.WORKER
    step.stop(parent)
    assert Timer.entries == []


def test_beats_loop_gives_its_own_sign_each_quarter_of_a_minute(db, tmp_path, monkeypatch):
    from config.celery import app

    scheduler = pulse.Scheduler(app=app, schedule_filename=str(tmp_path / "schedule"))
    signs = []
    monkeypatch.setattr(pulse, "beat_and_close", signs.append)
    monkeypatch.setattr(pulse, "time", SimpleNamespace(monotonic=lambda: 100.0))
    assert scheduler.tick() <= pulse.EVERY
    scheduler.tick()
    assert signs == [pulse.BEAT]
    monkeypatch.setattr(pulse, "time", SimpleNamespace(monotonic=lambda: 100.0 + pulse.EVERY))
    scheduler.tick()
    assert signs == [pulse.BEAT, pulse.BEAT]
    scheduler.close()


def test_celery_runs_both(db):
    from config.celery import app

    assert app.conf.beat_scheduler == "desk.pulse:Scheduler"
    assert "desk.pulse:WorkerPulse" in app.steps["worker"]
