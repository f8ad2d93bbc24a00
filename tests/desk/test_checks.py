"""Misconfiguration is said at start, with an id and a hint."""

import pytest
from django.core.checks import run_checks

LONG = "k" * 60


def found(settings, deployment=False, **changed):
    values = {
        "DEBUG": False,
        "DEMO": False,
        "SECRET_KEY": LONG,
        "EMAIL_DIGEST_KEY": "d" * 60,
        "SITE_URL": "https://desk.platform.example",
        "HTTPS": True,
        "SMTP_URL": "smtp://127.0.0.1:1025",
        "MAIL_PROVIDER": "smtp",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "LEASE_SECONDS": 30,
        **changed,
    }
    for name, value in values.items():
        setattr(settings, name, value)
    messages = [m for m in run_checks(include_deployment_checks=deployment) if m.id.startswith("demarche.")]
    assert all(message.hint for message in messages)
    return {message.id for message in messages}


def test_good_settings_pass(settings):
    assert found(settings) == set()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"SECRET_KEY": "k" * 49}, "demarche.E001"),
        ({"EMAIL_DIGEST_KEY": LONG}, "demarche.E002"),
        ({"DEMO": True, "SMTP_URL": "smtp://mail.platform.example:25"}, "demarche.E003"),
        ({"DEMO": True, "SMTP_URL": "smtp://10.0.0.1:25"}, "demarche.E003"),
        ({"DEMO": True, "MAIL_PROVIDER": "anymail.backends.mailgun.EmailBackend"}, "demarche.E004"),
        ({"SMTP_URL": "mailto://127.0.0.1"}, "demarche.E005"),
        ({"SMTP_URL": "127.0.0.1:25"}, "demarche.E005"),
        ({"SMTP_URL": "smtp://:25"}, "demarche.E005"),
        ({"REDIS_URL": "amqp://127.0.0.1"}, "demarche.E006"),
        ({"LEASE_SECONDS": 1}, "demarche.E007"),
    ],
)
def test_each_mistake_has_its_id(settings, changed, expected):
    assert expected in found(settings, **changed)


def test_the_id_is_the_only_one_for_its_mistake(settings):
    assert found(settings, SECRET_KEY="k" * 49) == {"demarche.E001"}


@pytest.mark.parametrize("host", ["localhost:1025", "127.0.0.1:1025", "127.8.8.8:25", "[::1]:1025"])
def test_the_demo_may_send_to_this_machine(settings, host):
    assert found(settings, DEMO=True, SMTP_URL=f"smtp://{host}") == set()


def test_a_short_key_is_allowed_while_developing(settings):
    assert found(settings, DEBUG=True, SECRET_KEY="short") == set()


def test_a_site_without_https_is_warned_about_at_deployment_only(settings):
    plain = {"SITE_URL": "http://desk.platform.example", "HTTPS": False}
    assert "demarche.W001" in found(settings, deployment=True, **plain)
    assert found(settings, **plain) == set()
    assert "demarche.W001" not in found(settings, deployment=True, DEMO=True, **plain)


def test_sqlite_is_warned_about_at_deployment_only(settings):
    sqlite = {"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}}
    postgresql = {"DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}}}
    assert "demarche.W002" in found(settings, deployment=True, **sqlite)
    assert "demarche.W002" not in found(settings, deployment=True, **postgresql)
    assert found(settings, **sqlite) == set()
