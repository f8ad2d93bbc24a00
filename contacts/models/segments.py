"""Saved rules over contacts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models.organisations import Owned, OwnedQuerySet


class Segment(Owned):
    """A saved rule over contacts. `criteria` is JSON in the closed vocabulary of contacts/criteria.py."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    criteria = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
