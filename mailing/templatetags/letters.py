"""Words and tones of letters for templates."""

from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.timesince import timesince

from contacts.languages import country_name, language_name
from mailing import signs
from mailing.story import TONES, state_of

register = template.Library()
register.filter("language_name", language_name)
register.filter("country_name", country_name)
register.filter("event_sentence", signs.sentence_of)
register.filter("event_words", signs.words_of)
register.filter("doubt", signs.doubt_of)


@register.filter
def tone(mailing: Any) -> str:
    """The colour of a mailing's state."""
    return TONES.get(mailing.status, "")


@register.filter
def delivery_state(delivery: Any) -> dict[str, str]:
    """Word and colour of a delivery's state, as people call it."""
    return state_of(delivery)


@register.filter
def seal(digest: str) -> str:
    """The first twelve characters of a digest in groups of four, to compare by eye."""
    return " ".join(digest[start : start + 4] for start in (0, 4, 8)) if digest else ""


@register.filter
def moment(value: Any) -> str:
    """A time of today as 14:32, any other with its day."""
    from django.utils import timezone

    if not value:
        return ""
    local = timezone.localtime(value)
    return date_format(local, "H:i" if local.date() == timezone.localdate() else "j M, H:i")


@register.filter
def ago(value: Any) -> str:
    """How long ago, in words."""
    return timesince(value) if value else ""
