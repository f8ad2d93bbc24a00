"""The card about answers that have not come, for the report of a letter."""

from typing import Any

from django import template

from mailing import follow_ups
from mailing.models import Mailing

register = template.Library()


@register.inclusion_tag("mailing/_follow_up_card.html", takes_context=True)
def follow_up_card(context: dict[str, Any], mailing: Mailing) -> dict[str, Any]:
    """ "81 have not replied" with the way to ask again; nothing before a letter has ended or when nobody got it."""
    shared = {"mailing": mailing, "perms": context.get("perms")}
    if mailing.kind != Mailing.Kind.LETTER or mailing.status != Mailing.Status.FINISHED:
        return shared
    silence = follow_ups.silence_of(mailing)
    # A page that knows that there is none need not ask.
    followed = mailing.follow_ups.exclude(status=Mailing.Status.CANCELLED).order_by("id")
    followed = followed if getattr(mailing, "has_follow_ups", True) else followed.none()
    return shared | {
        "silence": silence if silence.accepted else None,
        "sentence": follow_ups.sentence_of(silence.unanswered),
        "followed": list(followed),
    }
