"""Misconfiguration, said at start instead of at night: each with an id and a hint."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

SMTP_SCHEMES = {"smtp", "smtp+tls", "smtps"}
REDIS_SCHEMES = {"redis", "rediss", "unix"}
SHORTEST_KEY = 50


@register(Tags.security)
def keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The two keys: long enough, and different from each other."""
    found: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < SHORTEST_KEY and not settings.DEBUG:
        found.append(
            Error(
                f"SECRET_KEY has fewer than {SHORTEST_KEY} characters.",
                hint='Make one: python3 -c "import secrets; print(secrets.token_urlsafe(64))".',
                id="demarche.E001",
            )
        )
    if settings.EMAIL_DIGEST_KEY == settings.SECRET_KEY:
        found.append(
            Error(
                "EMAIL_DIGEST_KEY is the same as SECRET_KEY.",
                hint="SECRET_KEY may change; EMAIL_DIGEST_KEY never, or suppressed people would be written to again. "
                "Give each its own value.",
                id="demarche.E002",
            )
        )
    return found


@register(Tags.security)
def demo_stays_here(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """In the demo nothing may leave the machine."""
    if not settings.DEMO:
        return []
    found: list[CheckMessage] = []
    if not _is_loopback(urlsplit(settings.SMTP_URL).hostname or ""):
        found.append(
            Error(
                "DEMO is on, but SMTP_URL names another machine.",
                hint="The demo promises that no message leaves. Point SMTP_URL at 127.0.0.1, or turn DEMO off.",
                id="demarche.E003",
            )
        )
    if settings.MAIL_PROVIDER != "smtp":
        found.append(
            Error(
                "DEMO is on, but MAIL_PROVIDER is a provider on the network.",
                hint="Set MAIL_PROVIDER=smtp, or turn DEMO off.",
                id="demarche.E004",
            )
        )
    return found


@register()
def addresses(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """SMTP_URL and REDIS_URL are of a kind we know."""
    found: list[CheckMessage] = []
    smtp = urlsplit(settings.SMTP_URL)
    if smtp.scheme not in SMTP_SCHEMES or not smtp.hostname:
        found.append(
            Error(
                "SMTP_URL is not smtp://host:port, smtp+tls://host:port or smtps://host:port.",
                hint="smtp+tls is STARTTLS, smtps is TLS from the first byte; user:password@ stands before the host.",
                id="demarche.E005",
            )
        )
    if urlsplit(settings.REDIS_URL).scheme not in REDIS_SCHEMES:
        found.append(
            Error(
                "REDIS_URL is not redis://, rediss:// or unix://.",
                hint="For example redis://127.0.0.1:6379/0 or unix:///run/valkey.sock.",
                id="demarche.E006",
            )
        )
    return found


@register()
def lease(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A lease is long enough to be renewed in time."""
    if settings.LEASE_SECONDS >= 2:
        return []
    return [
        Error(
            "LEASE_SECONDS is below 2.",
            hint="A worker renews its lease every third of it; the default is 30.",
            id="demarche.E007",
        )
    ]


@register(Tags.security, deploy=True)
def site_is_https(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """People sign in over https."""
    if settings.HTTPS or settings.DEBUG or settings.DEMO:
        return []
    return [
        Warning(
            "SITE_URL is not https.",
            hint="Without it passwords travel in the clear, and cookies and HSTS stay weak. Set SITE_URL=https://…",
            id="demarche.W001",
        )
    ]


@register(Tags.database, deploy=True)
def database_is_for_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """SQLite serves one machine; production has PostgreSQL."""
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3" or settings.DEMO:
        return []
    return [
        Warning(
            "The database is SQLite.",
            hint="It serves one machine with one worker host. Set DATABASE_URL=postgres://… in production.",
            id="demarche.W002",
        )
    ]


def _is_loopback(host: str) -> bool:
    """Whether a host name is this machine itself, without asking the DNS."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
