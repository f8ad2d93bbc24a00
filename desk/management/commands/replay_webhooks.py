"""Send messages of a webhook again: after its program was down, or lost what it had."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from desk.models import Webhook, WebhookDelivery
from desk.webhooks.telling import replay


class Command(BaseCommand):
    """Puts them back into the queue, under their own numbers; a worker sends them."""

    help = "Sends messages of a webhook again: those that were given up, or with --all those that arrived too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """NAME, and which of its messages."""
        parser.add_argument("name", help="The webhook's name.")
        parser.add_argument("--all", action="store_true", help="Those that arrived as well.")
        parser.add_argument("--days", type=int, default=30, help="Not older than so many days.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay and say how many."""
        webhook = Webhook.objects.filter(name=options["name"]).first()
        if webhook is None:
            raise CommandError("There is no webhook of this name. Look at Settings → API.")
        since = timezone.now() - timedelta(days=options["days"])
        rows = WebhookDelivery.objects.filter(webhook=webhook, created_at__gte=since).order_by("pk")
        if not options["all"]:
            rows = rows.filter(status=WebhookDelivery.Status.FAILED)
        number = sum(replay(row) for row in rows.iterator())
        self.stdout.write(f"{number} messages go out again.")
        if not webhook.is_active:
            self.stdout.write("The webhook is off: they wait until it is switched on.")
