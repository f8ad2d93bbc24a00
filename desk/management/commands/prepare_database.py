"""Make the tables of an empty database and load the reference rows, so that there is something to work on."""

import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    """Does nothing where there are tables already: a database in use is migrated by hand."""

    help = "Prepares an empty database: tables, countries, languages, bodies, salutations, member organisations."

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate and load, in that order; progress goes to standard error."""
        if connection.introspection.table_names():
            return
        self.stderr.write("Preparing an empty database.")
        call_command("migrate", verbosity=0, stdout=sys.stderr)
        call_command("load_reference", stdout=sys.stderr)
