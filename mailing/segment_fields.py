"""What segments may ask about letters: who received one, who answered, who was written to lately, who bounced."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from contacts.criteria.field import NO, YES, Choice, Field, Part, Reader, Since, days_part, in_days, is_part
from contacts.criteria.joining import join
from contacts.criteria.words import CriteriaError, Words
from contacts.models import Segment
from mailing.models import Delivery, Mailing

LETTERS = gettext_lazy("Letters")
# The last letters that left are offered as boxes.
MOST_OFFERED = 50


def _references(words: Words) -> dict[str, int]:
    """Reference → id of every letter that was frozen, the newest first."""
    rows = Mailing.objects.filter(frozen_at__isnull=False).order_by("-frozen_at")
    found: dict[str, int] = words.once("mailing.references", lambda: dict(rows.values_list("reference", "pk")))
    return found


def _offered(words: Words) -> list[Choice]:
    return [(reference, reference) for reference in list(_references(words))[:MOST_OFFERED]]


class Received(Field):
    """The letter reached the next server and did not come back; who answered it, or has not."""

    key, section, verb, short = "received", LETTERS, gettext_lazy("received"), gettext_lazy("letter")
    label = gettext_lazy("Received a letter, answered it or not")
    parts = (
        Part("mailing", gettext_lazy("Letters"), choices=_offered, none=gettext_lazy("choose")),
        Part(
            "replied",
            gettext_lazy("Answer"),
            "one",
            lambda words: [
                ("", gettext_lazy("whether they replied or not")),
                (NO, gettext_lazy("and did not reply")),
                (YES, gettext_lazy("and replied")),
            ],
        ),
    )

    def read(self, value: Any, reader: Reader) -> dict[str, Any]:
        """References of letters, and yes or no about the answer where one is asked for."""
        needed = _("“received” needs the reference of a letter.")
        value = reader.parts("received", value, ("mailing", "replied"), needed)
        if "mailing" not in value:
            raise CriteriaError(needed)
        known = {reference.casefold(): reference for reference in _references(reader.words)}
        not_known = _("“%(word)s” is not the reference of a letter that was sent.")
        found: dict[str, Any] = {"mailing": reader.codes("mailing", value["mailing"], known, not_known)}
        if value.get("replied") not in (None, YES, NO):
            raise CriteriaError(_("“replied” says yes or no."))
        return found | ({"replied": value["replied"]} if value.get("replied") else {})

    def condition(self, value: dict[str, Any], words: Words) -> Q:
        """By mailing and contact, which one index of the ledger answers."""
        ids = [pk for reference, pk in _references(words).items() if reference in set(value["mailing"])]
        rows = Delivery.objects.filter(contact=OuterRef("pk"), mailing__in=ids, skip_reason="")
        rows = rows.filter(status=Delivery.Status.SENT, bounced_at__isnull=True)
        if "replied" in value:
            rows = rows.filter(replied_at__isnull=value["replied"] == NO)
        return Q(Exists(rows))

    def predicate(self, value: dict[str, Any], wording: Any) -> str:
        """ "received LSI-2026-014 and did not reply"."""
        sentence = _("received %(letters)s") % {"letters": join(value["mailing"])}
        if "replied" not in value:
            return sentence
        return sentence + " " + (_("and did not reply") if value["replied"] == NO else _("and replied"))

    def to_form(self, value: dict[str, Any]) -> dict[str, list[str]]:
        """The answer as a list of one."""
        return {"mailing": value["mailing"], "replied": [value.get("replied", "")]}

    def from_form(self, chosen: dict[str, list[str]]) -> dict[str, Any] | None:
        """Nothing until a letter is chosen."""
        if not chosen.get("mailing"):
            return None
        replied = (chosen.get("replied") or [""])[0]
        return {"mailing": chosen["mailing"], **({"replied": replied} if replied else {})}


class Written(Since):
    """A letter or newsletter reached somebody, or may have."""

    key, section, short = "written", LETTERS, gettext_lazy("past letters")
    label = gettext_lazy("Written to lately, or not")
    parts = (is_part(gettext_lazy("was written to"), gettext_lazy("was not written to")), days_part("14"))

    def happened(self, value: dict[str, Any], words: Words) -> Q:
        """Only letters that were on their way since then are looked through; without one, nobody was written to."""
        rows = Delivery.objects.filter(contact=OuterRef("pk"), skip_reason="")
        sent, unknown = Q(status=Delivery.Status.SENT), Q(status=Delivery.Status.UNCERTAIN)
        if "days" in value:
            since = timezone.now() - timedelta(days=value["days"])
            rows = rows.filter(mailing__in=words.once(f"mailing.since {value['days']}", lambda: _under_way(since)))
            sent, unknown = sent & Q(sent_at__gte=since), unknown & Q(queued_at__gte=since)
        return Q(Exists(rows.filter(sent | unknown)))

    def predicate(self, value: dict[str, Any], wording: Any) -> str:
        """ "were written to in the last 14 days"."""
        words = _("were not written to") if value.get("is") == NO else _("were written to")
        return words + in_days(value.get("days"))


def _under_way(since: Any) -> list[int]:
    """Ids of the mailings that sent something after a moment, or may have."""
    rows = Mailing.objects.filter(started_at__isnull=False)
    return list(rows.filter(Q(finished_at__isnull=True) | Q(finished_at__gte=since)).values_list("pk", flat=True))


class Bounced(Since):
    """A letter came back."""

    key, section, short = "bounced", LETTERS, gettext_lazy("bounces")
    label = gettext_lazy("A letter bounced, or none did")
    parts = (is_part(gettext_lazy("had a letter come back"), gettext_lazy("had no letter come back")), days_part())

    def happened(self, value: dict[str, Any], words: Words) -> Q:
        """By the ledger; what a later letter did changes nothing about it."""
        rows = Delivery.objects.filter(contact=OuterRef("pk"), bounced_at__isnull=False)
        if "days" in value:
            rows = rows.filter(bounced_at__gte=timezone.now() - timedelta(days=value["days"]))
        return Q(Exists(rows))

    def predicate(self, value: dict[str, Any], wording: Any) -> str:
        """ "had a letter come back in the last 30 days"."""
        words = _("had no letter come back") if value.get("is") == NO else _("had a letter come back")
        return words + in_days(value.get("days"))


def letter_to(user: User, segment: Segment) -> str:
    """Where one begins a letter to the people of a segment; nothing for whoever writes none."""
    if not user.has_perm("mailing.edit"):
        return ""
    return f"{reverse('mailing:letter_create')}?segment={segment.pk}"


FIELDS: list[Field] = [Received(), Written(), Bounced()]
