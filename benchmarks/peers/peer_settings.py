"""The settings of the Django peers: defaults, but for what the environment names. PEER_TUNED=1 is the tuned variant."""

import os
from urllib.parse import urlsplit

_database = urlsplit(os.environ["PEER_DATABASE_URL"])
_tuned = os.environ.get("PEER_TUNED") == "1"

SECRET_KEY = "peers-of-a-benchmark-keep-no-secret"  # noqa: S105
INSTALLED_APPS = ["post_office", "readers"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.path.lstrip("/"),
        "USER": _database.username or "",
        "PASSWORD": _database.password or "",
        "HOST": _database.hostname or "",
        "PORT": _database.port or "",
        # The default is a new connection each time; tuned keeps it.
        "CONN_MAX_AGE": None if _tuned else 0,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [os.environ["PEER_TEMPLATES"]],
        "APP_DIRS": True,
    }
]
DEFAULT_FROM_EMAIL = "Example Platform <newsletter@platform.example>"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ.get("PEER_SMTP_PORT", "25"))
CELERY_BROKER_URL = os.environ.get("PEER_BROKER", "")

# post_office at its best: pre-rendered, five threads a process, the whole list in one batch, and no row in its log for
# a message that was sent.
POST_OFFICE = {
    "BATCH_SIZE": 100_000,
    "THREADS_PER_PROCESS": 5,
    "LOG_LEVEL": 1,
    "BATCH_DELIVERY_TIMEOUT": 900,
}
