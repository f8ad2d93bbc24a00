"""Inviting somebody to the desk: an account without a password, a place in the platform, and a mail with a link."""

import time

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.invitations import VALID_DAYS, make_token
from accounts.models import User
from accounts.team import TeamError
from contacts.models import Affiliation, Organisation
from transport.outbox import queue_mail


def invite(email: str, *, name: str, role: str, actor: User) -> User:
    """Make the account and queue its invitation, together. Raises TeamError when the address is taken."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, name=name, role=role, language=actor.language)
            Affiliation.objects.create(user=user, organisation=Organisation.objects.platform())
            _queue(user, actor)
            record(actor, f"invited {user} as {role}", about=user, label=str(user))
            return user
    except IntegrityError as error:
        raise TeamError(_("A colleague has this address already. Look for them in the list.")) from error


def invite_again(user: User, *, actor: User) -> None:
    """Queue a new link for somebody who has not accepted yet. Raises TeamError when there is nothing to accept."""
    if not user.is_active or not user.is_invited:
        raise TeamError(_("%(name)s has no open invitation.") % {"name": user})
    with transaction.atomic():
        _queue(user, actor)
        record(actor, f"invited {user} again", about=user, label=str(user))


def _queue(user: User, actor: User) -> None:
    """One mail a minute for each person: a double click asks for the same one."""
    queue_mail(
        purpose="invitation",
        to=user.email,
        language=user.language,
        context={
            "name": user.name,
            "inviter": actor.name,
            "link": settings.SITE_URL + reverse("invitation", args=[make_token(user)]),
            "days": VALID_DAYS,
        },
        dedupe_key=f"invitation:{user.pk}:{int(time.time() // 60)}",
    )
