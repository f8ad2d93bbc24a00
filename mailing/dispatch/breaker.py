"""The breaker: a mailing that many servers refuse for good stops by itself, before it harms the sender's name."""

from django.db.models import Sum
from django.utils.translation import gettext as _

from mailing.models import DeliveryChunk

# Above this share of hard failures, over at least so many answers (DESIGN 5.8).
MOST_REFUSED = 0.05
FEWEST_ANSWERS = 50


def reason_to_stop(mailing_id: int) -> str:
    """A sentence with the numbers and what to do when too many were refused since the start or the last resume; or "".

    One query over the mailing's chunks, which the engine counts on when a window closes.
    """
    sums = DeliveryChunk.objects.filter(mailing_id=mailing_id).aggregate(Sum("accepted"), Sum("refused"))
    accepted, refused = sums["accepted__sum"] or 0, sums["refused__sum"] or 0
    answers = accepted + refused
    if answers < FEWEST_ANSWERS or refused <= answers * MOST_REFUSED:
        return ""
    return _(
        "%(refused)d of the last %(answers)d were refused for good (%(share).1f %%; more than 5 %% stops a mailing). "
        "Read the reasons under Problems: if the list is old, stop the rest; if one server is at fault, resume."
    ) % {"refused": refused, "answers": answers, "share": 100 * refused / answers}


def reset(mailing_id: int) -> None:
    """Count answers from zero again: a person has looked and resumes."""
    DeliveryChunk.objects.filter(mailing_id=mailing_id).update(accepted=0, refused=0)
