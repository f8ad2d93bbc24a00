"""What a letter carries beside its text: files that all of its readers get, and its own PDF on letterhead."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation
from mailing.models.deliveries import Delivery
from mailing.models.mailings import Mailing


class Attachment(models.Model):
    """A file that goes with a letter. Its bytes lie in the database, so that a worker on any host has them, and what
    was sent stays what it was when the statement it came from loses the file. Lists read it without `content`."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="attachments")
    title = models.CharField(_("what it is"), max_length=150)
    # Empty: for readers of every language.
    language = models.CharField(max_length=10, blank=True)
    # The name it is saved under, cleaned; `kind` is the ending that its content has (advocacy.attaching).
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "sha256"], name="letter_has_a_file_once"),
            models.UniqueConstraint(fields=["mailing", "name"], name="letter_has_a_file_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class LetterPaper(models.Model):
    """One recipient's letter as a PDF: made before the first letter leaves, and kept as it was sent.

    It goes with the delivery's values: whoever is erased loses both.
    """

    # No constraint in the database, as for the delivery itself: rows of deliveries go by the million in one statement.
    delivery = models.OneToOneField(Delivery, on_delete=models.CASCADE, related_name="paper", db_constraint=False)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"paper of delivery {self.delivery_id}"


class Letterhead(models.Model):
    """How an organisation's paper looks beside its name, address and register number: its logo."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="letterhead")
    logo = models.BinaryField(null=True)
    logo_kind = models.CharField(max_length=4, blank=True)
    # Whether the postal address is printed; a secret one never is.
    shows_address = models.BooleanField(_("print the postal address"), default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(logo__isnull=True, logo_kind="") | Q(logo__isnull=False, logo_kind__in=["png", "jpg"]),
                name="letterhead_logo_has_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"letterhead of {self.organisation_id}"
