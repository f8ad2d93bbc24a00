"""Keys of the API: made by an administrator, shown once, kept as a digest, taken back at once.

A key is "dmr_", a prefix by which it is found, "_" and 256 random bits: a plain SHA-256 of such a key cannot be
guessed back, so nothing slower is needed. A token can do no more than its owner may now.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.models import User
from desk.models import ApiToken
from desk.models.api import Scope

MARK = "dmr_"
# What the owner of a token must be allowed for each scope (accounts.roles).
NEEDS: dict[str, str] = {
    Scope.CONTACTS_READ: "contacts.view",
    Scope.CONTACTS_WRITE: "contacts.edit",
    Scope.SUBSCRIPTIONS_READ: "contacts.view",
    Scope.SUBSCRIPTIONS_WRITE: "contacts.edit",
    Scope.MAILINGS_READ: "mailing.view",
}


@transaction.atomic
def make(owner: User, *, name: str, scopes: Iterable[str], expires_on: date | None = None) -> tuple[ApiToken, str]:
    """A new token of `owner` and its key, which nobody sees again. Raises PermissionDenied unless they administer."""
    if not owner.has_perm("accounts.manage"):
        raise PermissionDenied
    prefix = secrets.token_hex(6)
    key = f"{MARK}{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        name=name,
        prefix=prefix,
        digest=_digest(key),
        scopes=sorted(set(scopes) & set(NEEDS)),
        owner=owner,
        expires_on=expires_on,
    )
    record(owner, f"made the API key “{name}” for {', '.join(token.scopes)}", about=token, label=name)
    return token, key


@transaction.atomic
def revoke(token: ApiToken, *, actor: User) -> bool:
    """End a token now. True when it had not ended."""
    changed = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    if changed:
        record(actor, f"took back the API key “{token.name}”", about=token, label=token.name)
    return bool(changed)


def find(key: str) -> ApiToken | None:
    """The token of a key, while it is good: not revoked, not expired, its owner's account open."""
    mark, _mark, rest = key.partition(MARK)
    prefix, _line, secret = rest.partition("_")
    if mark or not secret or not key.isascii() or len(key) > 100 or not prefix.isalnum():
        return None
    token = ApiToken.objects.select_related("owner").filter(prefix=prefix[:16]).first()
    if token is None or not hmac.compare_digest(token.digest, _digest(key)) or token.state != "active":
        return None
    today = timezone.localdate()
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
