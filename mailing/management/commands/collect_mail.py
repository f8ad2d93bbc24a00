"""Fetch returned mail and answers now and handle them; beat does the same every minute."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mailing import collecting, handling
from mailing.models import Mailbox


class Command(BaseCommand):
    """`collect_mail` tells how many messages came, or why the mailbox cannot be read."""

    help = "Fetch returned mail and answers from the IMAP folder and handle them."

    def handle(self, *args: Any, **options: Any) -> None:
        """Collect, then handle what waits. Raises CommandError with the reason when the mailbox cannot be read."""
        if not settings.INBOUND_IMAP_URL:
            raise CommandError("INBOUND_IMAP_URL is not set. See docs/incoming.md.")
        try:
            key = collecting.read_url(settings.INBOUND_IMAP_URL).key
        except collecting.MailboxError as error:
            raise CommandError(str(error)) from None
        stored = collecting.collect()
        problem = Mailbox.objects.filter(key=key).values_list("problem", flat=True).first()
        if problem:
            raise CommandError(problem)
        handled = handling.handle_waiting()
        self.stdout.write(f"{stored} new, {handled} handled.")
