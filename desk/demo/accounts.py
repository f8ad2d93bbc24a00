"""The demo's four accounts. Their password is printed at every start, so they exist in the demo only."""

from dataclasses import dataclass

from accounts.models import User
from contacts.models import Affiliation, Organisation
from contacts.models.organisations import NOT_REGISTERED

PASSWORD = "open-road-2026"  # noqa: S105 - printed on purpose


@dataclass(frozen=True)
class Account:
    """One account: address, invented name, role, and what it can do in a few words."""

    email: str
    name: str
    role: str
    can: str


ACCOUNTS = [
    Account("viewer@demo.example", "Vera Wegener (demo)", User.Role.VIEWER, "reads"),
    Account(
        "officer@demo.example", "Boris Padarin (demo)", User.Role.OFFICER, "writes letters and sends them for approval"
    ),
    Account("approver@demo.example", "Ilse Tragfeld (demo)", User.Role.APPROVER, "approves what others wrote"),
    Account(
        "administrator@demo.example", "Adele Camino (demo)", User.Role.ADMINISTRATOR, "looks after the team as well"
    ),
]


def make_accounts() -> dict[str, User]:
    """Make the accounts that are missing, working for the platform; give all four by role."""
    platform = Organisation.objects.platform()
    if not platform.transparency_register_id:
        # No number is made up: the demo's letters say that there is none, as a letter to the Parliament has to.
        platform.transparency_register_id = NOT_REGISTERED
        platform.save(update_fields=["transparency_register_id"])
    found: dict[str, User] = {}
    for account in ACCOUNTS:
        user = User.objects.filter(email=account.email).first()
        if user is None:
            user = User.objects.create_user(account.email, PASSWORD, name=account.name, role=account.role)
        Affiliation.objects.get_or_create(user=user, organisation=platform)
        found[account.role] = user
    return found
