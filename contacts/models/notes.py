"""What colleagues write down about a person, and what they set by hand."""

from django.conf import settings
from django.db import models

from contacts.models.people import Contact


class Note(models.Model):
    """What a colleague wrote down about a contact. No data on trafficked persons belongs here."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"Note {self.pk}"


class PersonCorrection(models.Model):
    """A field that a person set by hand: an import leaves it alone from then on."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=40)
    value = models.CharField(max_length=254, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "field"], name="correction_is_one_a_field")]

    def __str__(self) -> str:
        return f"{self.field} of contact {self.contact_id}"
