"""Two rows that were one person, and two that are not, whatever they look like."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from contacts.models.people import Contact


class Merge(models.Model):
    """A row that was merged into another one. It stays, emptied of name and address, so that its old links lead to the
    other, and what cannot be moved (consent records, a second delivery of one mailing) keeps its place."""

    shell = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="merged")
    into = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="merges")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    # How many rows of each table moved, by the table's label.
    moved = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=~Q(shell=F("into")), name="merge_is_of_two_rows"),
        ]

    def __str__(self) -> str:
        return f"{self.shell_id} into {self.into_id}"


class NotSame(models.Model):
    """A colleague looked at two people who look alike and said that they are two."""

    # The lower id first, so that a pair is one row.
    one = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="not_the_same_is_one_a_pair"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="not_the_same_has_the_lower_id_first"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} is not {self.other_id}"


def who_is(contact: Contact) -> Contact:
    """The row that stands for this person now: the one they were merged into, or their own, be it an erased one."""
    if contact.erased_at is None:
        return contact
    merge = Merge.objects.select_related("into").filter(shell=contact).first()
    return contact if merge is None else merge.into


def ids_of_person(contact: Contact) -> "models.QuerySet[Any, Any]":
    """The ids of a contact's own row and of those merged into it, to ask for with `contact__in`; no query by itself."""
    own = Contact.objects.order_by().filter(pk=contact.pk).values("pk")
    return own.union(Merge.objects.order_by().filter(into=contact).values("shell_id"), all=True)
