"""Fetch the sitting members from the Parliament's Open Data API and import them."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from contacts import syncing
from contacts.fetching import FetchFailed
from contacts.imports.errors import ImportRefused
from contacts.imports.reporting import as_json, as_text
from contacts.imports.running import apply, dry_run

HELD = 3


class Command(BaseCommand):
    """`sync_meps [--dry-run] [--json] [--again PULL] [--release-held]`.

    Exit codes: 0 imported or nothing to do, 1 fetching failed or an answer was refused, 3 held for a person.
    """

    help = "Fetch the sitting members from the Parliament's Open Data API and import them."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The options."""
        parser.add_argument("--dry-run", action="store_true", help="Fetch and compare; change no contact.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")
        parser.add_argument("--again", default="", metavar="PULL", help="Fetch nothing: import a stored pull again.")
        parser.add_argument("--release-held", action="store_true", help="Go on though the pull is or would be held.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fetch, compare, apply unless it is a dry run, and say what came of it."""
        pull = options["again"] or syncing.new_pull()
        run = dry_run if options["dry_run"] else apply
        try:
            if not options["again"]:
                syncing.fetch(pull, syncing.fetcher())
            plan = run(syncing.read_pull(pull), release_held=options["release_held"])
        except (FetchFailed, ImportRefused) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            found = syncing.summary_of(pull) | json.loads(as_json(plan)) | {"hold_reason": plan.hold_reason}
            self.stdout.write(syncing.as_json(found))
        else:
            self.stdout.write(as_text(plan, applied=not options["dry_run"]))
            self.stdout.write(_("The answers are kept as “%(pull)s”.") % {"pull": pull})
        if plan.hold_reason:
            sys.exit(HELD)
