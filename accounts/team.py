"""Changes to a colleague's account: role, closing, opening again. Accounts are never deleted: the trail names them."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User


class TeamError(Exception):
    """A change that must not be; its text is a sentence for the person who asked."""


def change_role(user: User, role: str, *, actor: User) -> None:
    """Give `user` another role. Raises TeamError for an unknown role or the last administrator."""
    if role not in User.Role.values:
        raise TeamError(_("There is no such role."))
    with transaction.atomic():
        if role != User.Role.ADMINISTRATOR:
            _refuse_last_administrator(user)
        if not User.objects.filter(pk=user.pk).exclude(role=role).update(role=role):
            return
        user.role = role
        article = "an" if role[0] in "aeiou" else "a"
        record(actor, f"made {user} {article} {role}", about=user, label=str(user))


def deactivate(user: User, *, actor: User) -> None:
    """Close the account: its sessions end with their next request. Raises TeamError for the last administrator."""
    with transaction.atomic():
        _refuse_last_administrator(user)
        if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
            user.is_active = False
            record(actor, f"closed the account of {user}", about=user, label=str(user))


def reactivate(user: User, *, actor: User) -> None:
    """Open a closed account again, with its old role and password."""
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
            user.is_active = True
            record(actor, f"opened the account of {user} again", about=user, label=str(user))


def _refuse_last_administrator(user: User) -> None:
    """Raise TeamError unless another administrator can sign in. Locks them, so that two cannot leave at once."""
    administrators = User.objects.select_for_update().filter(role=User.Role.ADMINISTRATOR, is_active=True)
    able = {person.pk for person in administrators.order_by("pk") if not person.is_invited}
    if user.pk in able and able == {user.pk}:
        raise TeamError(
            _("%(name)s is the only administrator. Make somebody else an administrator first.") % {"name": user}
        )
