"""Load the reference tables into rows: bodies, salutations, member organisations."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from contacts.reference import load_reference


class Command(BaseCommand):
    """Loads contacts/reference/*.csv; may run as often as one likes."""

    help = "Load political groups, committees, salutations and member organisations. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what was made."""
        made = load_reference()
        self.stdout.write(
            _("Made %(bodies)s bodies, %(salutations)s salutations and %(organisations)s organisations.") % made
        )
