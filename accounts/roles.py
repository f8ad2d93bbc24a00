"""Roles and the permissions they carry. One table, in code: what a role may do is read here and nowhere else."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from accounts import registry
from accounts.models import User

VIEW = {"desk.view", "contacts.view", "advocacy.view", "mailing.view"}
EDIT = VIEW | {"contacts.edit", "advocacy.edit", "mailing.edit", "mailing.send"}
APPROVE = EDIT | {"advocacy.approve", "mailing.approve", "contacts.reveal"}
ADMINISTER = APPROVE | {"accounts.manage", "contacts.release_import", "contacts.privacy"}

PERMISSIONS: dict[str, set[str]] = {
    User.Role.VIEWER: VIEW,
    User.Role.OFFICER: EDIT,
    User.Role.APPROVER: APPROVE,
    User.Role.ADMINISTRATOR: ADMINISTER,
}


class RoleBackend(BaseBackend):
    """Answers `user.has_perm("mailing.approve")` from the user's role. It signs nobody in; allauth does."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """The permissions of an active user's role; none for anybody else."""
        if not getattr(user_obj, "is_active", False) or not isinstance(user_obj, User):
            return set()
        return PERMISSIONS.get(user_obj.role, set())

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Whether the role carries `perm`."""
        return perm in self.get_all_permissions(user_obj)

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session, or None once they are deactivated: that ends all their sessions at once.

        What waits for them in the places of the navigation comes in the same query: `waiting_<place>`.
        """
        counts = {f"waiting_{name}": make() for name, make in registry.nav_counts.items()}
        return User.objects.filter(pk=user_id, is_active=True).annotate(**counts).first()


def waiting(user: User, place: str) -> int:
    """How much waits for somebody in a place of accounts.registry.nav_counts; no query for the user of a request."""
    known = getattr(user, f"waiting_{place}", None)
    if known is None:
        found = RoleBackend().get_user(user.pk)
        known = getattr(found, f"waiting_{place}", 0)
    return int(known or 0)


def users_who_may(permission: str) -> Any:
    """Active users whose role carries `permission`, by name."""
    roles = [role for role, permissions in PERMISSIONS.items() if permission in permissions]
    return User.objects.filter(is_active=True, role__in=roles).order_by("name")
