"""Writes the register of processing (GDPR Article 30)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from contacts.processing import as_markdown, register_of_processing


class Command(BaseCommand):
    """Markdown, to standard output or to a file."""

    help = "Write the register of processing as Markdown, made from what the program says about each table."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("--output", type=Path, metavar="FILE", help="write to this file instead")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        text = as_markdown(register_of_processing())
        if options["output"]:
            options["output"].write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text, ending="")
