"""Celery: the doorbell. The database is the queue; a message carries an id and may be lost without harm (DESIGN 5)."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# A worker would run Django's checks, which load every page and the API, and look at nothing that they find.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")

app = Celery("demarche")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_default_queue="default",
    task_routes={"mailing.tasks.dispatch": {"queue": "dispatch"}},
    worker_prefetch_multiplier=1,
    task_soft_time_limit=240,
    task_time_limit=300,
    worker_soft_shutdown_timeout=10,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    # A publisher gives up at once when the broker is away: beat rings again, a person never waits (DESIGN 5.1).
    task_publish_retry=False,
    broker_transport_options={
        "visibility_timeout": 600,
        "unacked_restore_interval": 15,
        "socket_timeout": 10,
        "socket_connect_timeout": 2,
        # kombu would try a refused connection again for six seconds, and a person waits for that.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.1,
    },
)
app.autodiscover_tasks()

# Signs of life for /healthz: beat and each worker note their own. Named, not imported: desk needs Django first.
app.conf.beat_scheduler = "desk.pulse:Scheduler"
app.steps["worker"].add("desk.pulse:WorkerPulse")
app.steps["worker"].add("mailing.idle:IdleSweep")

# The whole beat schedule. Seconds unless a crontab; each entry rings a bell, none carries a person.
app.conf.beat_schedule = {
    "beat-pulse": {"task": "desk.tasks.pulse", "schedule": 15.0},
    "ring-due-mailings": {"task": "mailing.tasks.ring_due", "schedule": 5.0},
    "sweep-expired-leases": {"task": "mailing.tasks.sweep", "schedule": 5.0},
    "send-system-mail": {"task": "transport.tasks.send_outbox", "schedule": 5.0},
    "empty-system-mail": {"task": "transport.tasks.empty_outbox", "schedule": crontab(hour="3", minute="10")},
    "publish-due-statements": {"task": "advocacy.tasks.publish_due_statements", "schedule": 5.0},
    "handle-incoming": {"task": "mailing.tasks.handle_incoming", "schedule": 15.0},
    "send-answers": {"task": "mailing.tasks.send_answers", "schedule": 15.0},
    "collect-mail": {"task": "mailing.tasks.collect_mail", "schedule": 60.0},
    "empty-incoming": {"task": "mailing.tasks.empty_incoming", "schedule": crontab(hour="3", minute="20")},
    # Does nothing unless SYNC_MEPS is on.
    "sync-meps": {"task": "contacts.tasks.sync_meps", "schedule": crontab(day_of_week="monday", hour="4", minute="40")},
    "empty-raw-answers": {"task": "contacts.tasks.empty_raw_answers", "schedule": crontab(hour="3", minute="30")},
    "empty-import-files": {"task": "contacts.tasks.empty_import_files", "schedule": crontab(hour="3", minute="35")},
    "purge-personal-data": {"task": "contacts.tasks.purge_personal_data", "schedule": crontab(hour="3", minute="45")},
    # Does nothing where CHECK_DOMAINS is off.
    "check-domains": {"task": "mailing.tasks.check_domains", "schedule": crontab(hour="6", minute="40")},
    "end-subscriptions": {"task": "mailing.tasks.end_subscriptions", "schedule": 300.0},
    "note-informed": {"task": "mailing.tasks.note_informed", "schedule": 300.0},
    # Does nothing unless SUPPRESSION_EXPORT is set.
    "export-suppressions": {"task": "contacts.tasks.export_suppressions", "schedule": 300.0},
    "remind-signatories": {"task": "advocacy.tasks.remind_signatories", "schedule": crontab(hour="9", minute="15")},
    "send-webhooks": {"task": "desk.tasks.send_webhooks", "schedule": 15.0},
    "empty-api": {"task": "desk.tasks.empty_api", "schedule": crontab(minute="25")},
    "seal-audit-trail": {"task": "accounts.tasks.seal_audit", "schedule": 60.0},
}
