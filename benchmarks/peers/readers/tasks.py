"""One Celery task a reader, plain and tuned."""

from celery import shared_task
from django.core.mail import get_connection
from django.utils import timezone
from readers.mail import newsletter
from readers.models import Reader

_kept = []


@shared_task
def send_plain(reader_id):
    """As the documentation's examples have it: a connection for each message, the row saved after it."""
    reader = Reader.objects.get(pk=reader_id)
    newsletter(reader).send()
    reader.sent_at = timezone.now()
    reader.save(update_fields=["sent_at"])


@shared_task(ignore_result=True)
def send_tuned(reader_id):
    """The same over one SMTP connection that each worker process keeps, and one UPDATE."""
    if not _kept:
        _kept.append(get_connection())
        _kept[0].open()
    reader = Reader.objects.get(pk=reader_id)
    newsletter(reader, _kept[0]).send()
    Reader.objects.filter(pk=reader_id).update(sent_at=timezone.now())
