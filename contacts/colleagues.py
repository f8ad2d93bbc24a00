"""Colleagues: who takes a step on what an organisation owns, and pages about what all share and nobody owns."""

from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.access import View
from accounts.models import User
from accounts.roles import users_who_may
from contacts.models.organisations import is_colleague


def for_colleagues(view: View) -> View:
    """Close a view to strangers: users of another organisation, whatever their role. Stands below `requires`.

    Where a page is about rows that have `visible_to()`, starting from that is enough.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_colleague(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def insiders_who_may(permission: str, owner_id: int, *, but: int | None = None) -> list[User]:
    """Active people who hold `permission` and see what the organisation `owner_id` owns, except the user `but`."""
    people = users_who_may(permission)
    insiders = people.filter(affiliations__organisation_id=owner_id) | people.filter(role="administrator")
    return list(insiders.exclude(pk=but).distinct())
