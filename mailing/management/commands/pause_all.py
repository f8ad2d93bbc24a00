"""Pauses everything that is being sent or would start by itself."""

from typing import Any

from django.core.management.base import BaseCommand

from mailing.restoring import pause_all


class Command(BaseCommand):
    """Prints how many mailings were paused."""

    help = "Pause every mailing that is being sent or scheduled. People resume them one by one."

    def handle(self, *args: Any, **options: Any) -> None:
        """Pause and print."""
        self.stdout.write(f"paused: {pause_all()}")
