"""Invitation links: signed, valid for seven days, and used up by the password they set."""

from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.audit import record
from accounts.models import User

VALID_DAYS = 7
_SALT = "accounts.invitation"


def make_token(user: User) -> str:
    """A link's token for this person. It is void once they have a password."""
    return signing.dumps({"user": user.pk, "state": _state(user)}, salt=_SALT)


def user_of_token(token: str) -> User | None:
    """Whom the link invites, or None when it is forged, too old, used, or its account is closed."""
    try:
        content = signing.loads(token, salt=_SALT, max_age=VALID_DAYS * 24 * 3600)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=content["user"], is_active=True).first()
    if user is None or not user.is_invited or not constant_time_compare(content["state"], _state(user)):
        return None
    return user


def accept(user: User, password: str) -> bool:
    """Set the first password. False when another request was faster: the link works once."""
    with transaction.atomic():
        unset = User.objects.filter(pk=user.pk, password=user.password, is_active=True)
        if not unset.update(password=make_password(password)):
            return False
        record(user, "accepted the invitation", about=user, label=str(user))
        return True


def _state(user: User) -> str:
    return salted_hmac(_SALT, f"{user.pk}:{user.password}").hexdigest()[:16]
