"""Whether the public pages lead to a newsletter."""

from django import template
from django.core.cache import cache
from django.db import DatabaseError

from contacts.models import ContactList

register = template.Library()


# Public pages may be kept for a minute by everybody; so may this.
KEY, SECONDS = "public.has_newsletter", 60


@register.simple_tag
def has_newsletter() -> bool:
    """Whether there is a list that people can join by themselves; one query a minute and process."""
    try:
        return bool(cache.get_or_set(KEY, lambda: ContactList.objects.filter(is_open=True).exists(), SECONDS))
    except DatabaseError:
        return False
