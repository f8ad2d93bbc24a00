"""Signing in with allauth, and whom a session belongs to."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User
from accounts.roles import RoleBackend


class SignInBackend(AuthenticationBackend):
    """allauth's own; the user of a session is read as RoleBackend reads it, with what waits for them."""

    def get_user(self, user_id: Any) -> User | None:
        """As RoleBackend.get_user."""
        return RoleBackend().get_user(user_id)
