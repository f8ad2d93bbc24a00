"""One queued system mail, and what became of it."""

from transport.outbox import queue_mail

CONTEXT = {
    "reference": "TST-2026-001",
    "title": "Six points",
    "person": "Ilse",
    "note": "",
    "url": "https://d.example/x",
}


def queue(key="one", purpose="approved", to="boris@platform.example", language="en", **context):
    return queue_mail(purpose=purpose, to=to, language=language, context=CONTEXT | context, dedupe_key=key)


def state(mail):
    mail.refresh_from_db()
    return mail.status, mail.attempts
