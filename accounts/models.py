"""Who may do what (users and their role) and who did what (the audit trail)."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address; the address is kept in lower case so that it is unique as people see it."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make and save a user. `password=None` gives one who can only set a password by link."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an administrator from the command line. Roles alone decide: Django's superuser flag stays off."""
        return self.create_user(email, password, **{**fields, "role": "administrator", "is_superuser": False})

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by e-mail without regard to case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person of the staff; signs in by e-mail. Deactivated, never deleted: the trail names them."""

    class Role(models.TextChoices):
        VIEWER = "viewer", _("Viewer")
        OFFICER = "officer", _("Officer")
        APPROVER = "approver", _("Approver")
        ADMINISTRATOR = "administrator", _("Administrator")

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.VIEWER)
    language = models.CharField(_("language"), max_length=10, default="en")
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["viewer", "officer", "approver", "administrator"]), name="user_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether the role carries a permission (accounts.roles). Roles alone decide; no table is asked."""
        from accounts.roles import PERMISSIONS

        return self.is_active and perm in PERMISSIONS.get(self.role, set())

    @property
    def is_staff(self) -> bool:
        """Administrators may use what libraries reserve for staff."""
        return self.role == self.Role.ADMINISTRATOR

    @property
    def is_invited(self) -> bool:
        """Whether the person has not accepted the invitation yet: there is no password."""
        return not self.has_usable_password()


class AuditEvent(models.Model):
    """One sentence of the trail: who did what to which version, when. Append-only, by trigger.

    No name or address of a contact stands in `sentence`: `subject_type` and `subject_id` refer to it and the
    page resolves it when it is shown, so that an erased person is gone from the trail as well.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=200)
    sentence = models.CharField(max_length=500)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=60, blank=True)
    object_label = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_event_of_object")]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.sentence}"


class AuditSeal(models.Model):
    """A link of the hash chain over the trail, made afterwards by beat so that no writer waits for another."""

    from_id = models.BigIntegerField(unique=True)
    to_id = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(to_id__gte=models.F("from_id")), name="audit_seal_range_is_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.from_id}–{self.to_id}"
