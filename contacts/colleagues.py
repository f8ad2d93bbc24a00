"""Pages about what all of the platform's colleagues share and nobody owns: tags, bodies, the do-not-write list."""

from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.access import View
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
