"""Celery of the peers: default settings, or PEER_TUNED=1 with what a careful developer sets."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peer_settings")

app = Celery("peers")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.broker_connection_retry_on_startup = True
if os.environ.get("PEER_TUNED") == "1":
    app.conf.task_ignore_result = True
    app.conf.worker_prefetch_multiplier = 64
    app.conf.worker_disable_rate_limits = True
    # Celery closes the database connection around every task, whatever CONN_MAX_AGE says, unless this is set.
    app.conf.CELERY_DB_REUSE_MAX = 1_000_000
app.autodiscover_tasks()
