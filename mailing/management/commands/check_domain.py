"""Look at the domains of senders in the DNS now, and keep what was found beside them."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mailing.domain_health import keep, look
from mailing.domain_words import sentence_of, title_of
from mailing.models import Sender
from transport.domains import Health, check


class Command(BaseCommand):
    """`check_domain` checks all senders, `check_domain example.org` that domain alone; exit code 1 when one fails."""

    help = "Check SPF, DKIM, DMARC and MX of the senders' domains, or of the domains named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Domains, selectors, how it is printed."""
        parser.add_argument("domains", nargs="*", metavar="DOMAIN", help="a domain; none: those of all senders")
        parser.add_argument("--selector", action="append", default=[], help="a DKIM selector of the domains named")
        parser.add_argument("--returned-to", default="", help="the domain that returned mail of the domains goes to")
        parser.add_argument("--dry-run", action="store_true", help="keep nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object a domain, a line each")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, keep and print. Raises CommandError when a domain fails or the DNS may not be asked."""
        if not settings.CHECK_DOMAINS:
            raise CommandError("CHECK_DOMAINS is off: this installation does not ask the DNS. See docs/settings.md.")
        found = list(self._named(options) if options["domains"] else self._senders(options))
        for health in found:
            self.stdout.write(json.dumps(health.stored()) if options["json"] else _words(health))
        failing = sorted({health.domain for health in found if health.state == "bad"})
        if failing:
            raise CommandError(f"Not set up: {', '.join(failing)}.")

    def _named(self, options: dict[str, Any]) -> list[Health]:
        selectors, returned_to = options["selector"], options["returned_to"]
        return [check(domain, returned_to=returned_to, selectors=selectors) for domain in options["domains"]]

    def _senders(self, options: dict[str, Any]) -> list[Health]:
        found = []
        for sender in Sender.objects.order_by("pk"):
            health = look(sender)
            if not options["dry_run"]:
                keep(sender, health)
            found.append(health)
        return found


def _words(health: Health) -> str:
    """One domain for people: a line for each finding, what to do below it."""
    lines = [f"{health.domain}: {health.state}"]
    for finding in health.stored()["findings"]:
        lines.append(f"  {finding['tone']:<7} {title_of(finding)}")
        if finding["tone"] != "ok" and (advice := sentence_of(finding)):
            lines.append(f"          {advice}")
    return "\n".join(lines)
