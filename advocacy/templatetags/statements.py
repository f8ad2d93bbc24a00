"""Words for templates: names of languages and states."""

from django import template

from advocacy.languages import own_name
from advocacy.models import Statement
from advocacy.story import TONES
from contacts.languages import language_name

register = template.Library()
register.filter("language_name", language_name)
register.filter("own_name", own_name)


@register.filter
def tone(statement: Statement) -> str:
    """The colour of a statement's state (components/tag.html); the word always stands beside it."""
    return TONES[statement.status]
