"""Whether the public pages lead to a newsletter."""

from django import template
from django.db import DatabaseError

from contacts.models import ContactList

register = template.Library()


@register.simple_tag
def has_newsletter() -> bool:
    """Whether there is a list that people can join by themselves; one query. A page of an error is shown without."""
    try:
        return ContactList.objects.filter(is_open=True).exists()
    except DatabaseError:
        return False
