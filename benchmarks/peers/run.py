"""What `bench dispatch` asks of the Django peers: `python run.py prepare FILE | loop N | tasks N NAME`.

Also `post N`, which fills post_office's queue, and `deliver LOCK`, which empties it. Each prints one JSON object on its
last line. CPU is that of the work alone, without Python's start.
"""

import json
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peer_settings")

import django

django.setup()

from django.core.mail import get_connection  # noqa: E402
from django.core.management import call_command  # noqa: E402
from readers.mail import REPLY_TO, headers_for, newsletter, rendered  # noqa: E402
from readers.models import Reader  # noqa: E402


def prepare(path):
    """Make the tables and read the list, one JSON object a line."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    with open(path, encoding="utf-8") as lines:
        rows = [Reader(**json.loads(line)) for line in lines]
    Reader.objects.bulk_create(rows, batch_size=1000)
    return {"readers": len(rows)}


def loop(count):
    """EmailMultiAlternatives.send() for each reader, on one connection that is opened once."""
    readers = Reader.objects.order_by("pk")[:count]
    started, cpu = time.perf_counter(), time.process_time()
    with get_connection() as connection:
        for reader in readers:
            newsletter(reader, connection).send()
    return {"sent": count, "own_seconds": time.perf_counter() - started, "cpu_s": time.process_time() - cpu}


def tasks(count, name):
    """One .delay() a reader. The workers do not listen yet, so that what is measured is theirs alone."""
    from peer_celery import app

    app.set_default()
    from readers.tasks import send_plain, send_tuned

    Reader.objects.update(sent_at=None)
    task = {"plain": send_plain, "tuned": send_tuned}[name]
    started = time.perf_counter()
    for pk in Reader.objects.order_by("pk").values_list("pk", flat=True)[:count]:
        task.delay(pk)
    return {"enqueued": count, "enqueue_seconds": time.perf_counter() - started}


def post(count):
    """Fill post_office's queue with rendered messages; sending it is `django-admin send_queued_mail`."""
    from post_office import mail
    from post_office.models import Email

    Email.objects.all().delete()
    started = time.perf_counter()
    batch = []
    for reader in Reader.objects.order_by("pk")[:count]:
        subject, text, html = rendered(reader)
        headers = {**headers_for(reader), "Reply-To": REPLY_TO}
        to = f'"{reader.name}" <{reader.email}>'
        batch.append(
            {"recipients": [to], "subject": subject, "message": text, "html_message": html, "headers": headers}
        )
    mail.send_many(batch)
    return {"enqueued": count, "enqueue_seconds": time.perf_counter() - started}


def deliver(lock):
    """post_office's own command, without Python's start: two processes fetch, prepare, send and write down."""
    from post_office.mail import send_queued_mail_until_done
    from post_office.models import STATUS, Email

    before = os.times()
    started = time.perf_counter()
    send_queued_mail_until_done(lock, processes=2)
    seconds, after = time.perf_counter() - started, os.times()
    # Its pool was ended and waited for, so its CPU is that of our children.
    cpu = sum(after[:4]) - sum(before[:4])
    return {"sent": Email.objects.filter(status=STATUS.sent).count(), "own_seconds": seconds, "cpu_s": cpu}


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    commands = {"prepare": prepare, "loop": loop, "tasks": tasks, "post": post, "deliver": deliver}
    print(json.dumps(commands[command](*[int(word) if word.isdigit() else word for word in arguments])))
