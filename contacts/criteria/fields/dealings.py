"""Conditions about what passed between us: lists somebody is on, meetings and calls."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.criteria.field import NO, Field, Part, Reader, Since, days_part, in_days, is_part
from contacts.criteria.fields.organisations import is_beyond
from contacts.criteria.joining import join
from contacts.criteria.words import CriteriaError, Words, unique, values_of
from contacts.models import Interaction, Subscription

SECTION = gettext_lazy("What passed between us")
INTERACTION_WORDS: dict[str, Any] = {
    "meeting": gettext_lazy("met us"),
    "call": gettext_lazy("had a call with us"),
    "commitment": gettext_lazy("made a commitment"),
    "event": gettext_lazy("came to an event"),
    "letter": gettext_lazy("had a letter recorded"),
    "other": gettext_lazy("had another contact with us"),
}


class OnList(Field):
    """An active subscription."""

    key, section, verb, short = "list", SECTION, gettext_lazy("is on the list"), gettext_lazy("list")
    label = gettext_lazy("On a list")
    parts = (
        Part(
            "list",
            gettext_lazy("Lists"),
            choices=lambda words: [(str(pk), name) for pk, name in words.list_names.items()],
            none=gettext_lazy("choose"),
        ),
    )

    def read(self, value: Any, reader: Reader) -> list[int]:
        """Ids for ids or names."""
        known = {name.casefold(): pk for pk, name in reader.words.list_names.items()}
        return unique(self._one(item, known, reader) for item in values_of("list", value, (int, str)))

    def _one(self, item: int | str, by_name: dict[str, int], reader: Reader) -> int:
        if isinstance(item, int) or item.isdecimal():
            pk = 0 if is_beyond(item) else int(item)
            if pk in reader.words.list_names or not reader.strict:
                return pk
        else:
            pk = by_name.get(item.strip().casefold(), 0)
            if pk or not reader.strict:
                return pk
        raise CriteriaError(_("There is no list “%(word)s”.") % {"word": item})

    def condition(self, value: list[int], words: Words) -> Q:
        """Active on one of them."""
        active = Subscription.objects.filter(contact=OuterRef("pk"), status=Subscription.Status.ACTIVE)
        return Q(Exists(active.filter(contact_list__in=value)))

    def after(self, value: list[int], wording: Any) -> str:
        """ "on the list Newsletter"."""
        names = wording.words.list_names
        return _("on the list %(lists)s") % {"lists": join(names.get(pk, _("that is gone")) for pk in value)}


class Dealt(Since):
    """A meeting, a call or another recorded contact, in so many days, or never."""

    key, section, short = "interaction", SECTION, gettext_lazy("contact with us")
    label = gettext_lazy("Meeting, call or another contact")
    more = ("kind",)
    parts = (
        is_part(gettext_lazy("had"), gettext_lazy("did not have")),
        Part(
            "kind",
            gettext_lazy("Kinds of contact with us"),
            choices=lambda words: list(Interaction.Kind.choices),
            none=gettext_lazy("any contact with us"),
        ),
        days_part("90"),
    )

    def read_part(self, name: str, value: Any, reader: Reader) -> list[str]:
        """Kinds of interaction."""
        known = {code: code for code in Interaction.Kind.values}
        return reader.codes("kind", value, known, _("“%(word)s” is not a kind of contact with us."))

    def happened(self, value: dict[str, Any], words: Words) -> Q:
        """A recorded contact of one of the kinds, not before the days began and not in the future."""
        rows = Interaction.objects.filter(contact=OuterRef("pk"), at__lte=timezone.now())
        if "kind" in value:
            rows = rows.filter(kind__in=value["kind"])
        if "days" in value:
            rows = rows.filter(at__gte=timezone.now() - timedelta(days=value["days"]))
        return Q(Exists(rows))

    def predicate(self, value: dict[str, Any], wording: Any) -> str:
        """ "met us in the last 30 days"; "had no contact with us: met us, …"."""
        kinds = value.get("kind", [])
        did = join(INTERACTION_WORDS.get(kind, kind) for kind in kinds) or _("had any contact with us")
        sentence = did + in_days(value.get("days"))
        return _("never %(did)s") % {"did": sentence} if value.get("is") == NO else sentence
