"""Who calls: the key of a call, its scope, and how often it may call."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from accounts.visitors import client_address
from contacts.models.organisations import is_colleague
from desk.api.limits import key_of_visitor, take
from desk.api.problems import Problem
from desk.api.tokens import NEEDS, find
from desk.models import ApiToken
from desk.models.api import Scope

# Calls a minute.
MOST_BY_TOKEN = 600
MOST_WRONG = 30


class Token(HttpBearer):
    """Lets a call through whose token has the scope, and whose owner may still do it."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiToken:
        """The token of the call; raises Problem without a good one."""
        if not request.headers.get("Authorization", ""):
            raise Problem(401, _("Send a key of the API: Authorization: Bearer dmr_…"))
        found = super().__call__(request)
        if found is None:
            raise Problem(401, _("Send a key of the API: Authorization: Bearer dmr_…"))
        return found

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The same for the key itself; wrong keys are counted by visitor, calls by token."""
        found = find(token.strip())
        if found is None:
            _count(f"wrong:{key_of_visitor(client_address(request))}", MOST_WRONG)
            raise Problem(401, _("This key is not known, was taken back, or has expired. Ask an administrator."))
        _count(f"token:{found.pk}", MOST_BY_TOKEN)
        if self.scope not in found.scopes or not found.owner.has_perm(NEEDS[self.scope]):
            raise Problem(
                403, _("This key may not do that: it lacks “%(scope)s”, or its owner does.") % {"scope": self.scope}
            )
        return found


def token_of(request: HttpRequest) -> ApiToken:
    """The token of a call that the library let in, of somebody who sees the address book. Raises Problem."""
    found: ApiToken = request.auth  # type: ignore[attr-defined]
    if not is_colleague(found.owner):
        raise Problem(403, _("The owner of this key does not see the address book."))
    return found


def _count(key: str, most: int) -> None:
    wait = take(key, most)
    if wait:
        raise Problem(429, _("Too many calls in one minute. Wait, and call again."), wait=wait)
