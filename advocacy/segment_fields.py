"""What segments may ask about campaigns and events: where somebody stands, who came."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from advocacy.models import Attendance, Campaign, Event, Position
from contacts.criteria.field import NO, YES, Choice, Field, Part, Reader, is_part
from contacts.criteria.joining import join
from contacts.criteria.words import CriteriaError, Words

SECTION = gettext_lazy("Campaigns and events")
MOST_OFFERED = 100
STANCES = dict(Position.Stance.choices)
UNKNOWN = Position.Stance.UNKNOWN


def _campaigns(words: Words) -> dict[str, tuple[int, str]]:
    """Slug → id and title of every campaign, the newest first."""
    found: dict[str, tuple[int, str]] = words.once(
        "advocacy.campaigns",
        lambda: {row.slug: (row.pk, row.title or row.slug) for row in Campaign.objects.with_title()},
    )
    return found


def _events(words: Words) -> dict[str, tuple[int, str]]:
    """Slug → id and title of every event, the newest first."""
    found: dict[str, tuple[int, str]] = words.once(
        "advocacy.events",
        lambda: {slug: (pk, title) for slug, pk, title in Event.objects.values_list("slug", "pk", "title")},
    )
    return found


def _offered(rows: dict[str, tuple[int, str]]) -> list[Choice]:
    return [(slug, title) for slug, (_pk, title) in list(rows.items())[:MOST_OFFERED]]


def _titles(rows: dict[str, tuple[int, str]], slugs: list[str]) -> str:
    return join(rows[slug][1] if slug in rows else _("one that is gone") for slug in slugs)


class Stands(Field):
    """The current position on a campaign: {"campaign": ["six-points"], "stance": ["supportive"]}."""

    key, section, short = "position", SECTION, gettext_lazy("position")
    label = gettext_lazy("Position on a campaign")
    parts = (
        Part(
            "campaign",
            gettext_lazy("Campaigns"),
            choices=lambda words: _offered(_campaigns(words)),
            before=gettext_lazy("stands on"),
            none=gettext_lazy("choose"),
        ),
        Part(
            "stance",
            gettext_lazy("Positions"),
            choices=lambda words: list(Position.Stance.choices),
            before=gettext_lazy("as"),
            none=gettext_lazy("choose"),
        ),
    )

    def read(self, value: Any, reader: Reader) -> dict[str, list[str]]:
        """Campaigns by short name or title, and stances."""
        needed = _("“position” needs a campaign and a position.")
        value = reader.parts("position", value, ("campaign", "stance"), needed)
        if not value.get("campaign") or not value.get("stance"):
            raise CriteriaError(needed)
        rows = _campaigns(reader.words)
        known = {title.casefold(): slug for slug, (_pk, title) in rows.items()}
        known |= {slug.casefold(): slug for slug in rows}
        stances = {label.casefold(): code for code, label in STANCES.items()} | {code: code for code in STANCES}
        no_campaign, no_stance = _("There is no campaign “%(word)s”."), _("“%(word)s” is not a position.")
        return {
            "campaign": reader.codes("campaign", value["campaign"], known, no_campaign),
            "stance": reader.codes("stance", value["stance"], stances, no_stance),
        }

    def condition(self, value: dict[str, list[str]], words: Words) -> Q:
        """By the current rows. "Not known" holds for those without a row on one of the campaigns, too."""
        rows = _campaigns(words)
        ids = [rows[slug][0] for slug in value["campaign"] if slug in rows]
        current = Position.objects.current().filter(contact=OuterRef("pk"), campaign__in=ids)
        found = Q(Exists(current.filter(stance__in=value["stance"])))
        if UNKNOWN in value["stance"]:
            for pk in ids:
                one = Position.objects.current().filter(contact=OuterRef("pk"), campaign=pk)
                found |= ~Q(Exists(one))
        return found

    def after(self, value: dict[str, list[str]], wording: Any) -> str:
        """ "whose position on Six points is supportive"."""
        words = {"campaigns": _titles(_campaigns(wording.words), value["campaign"]), "stances": _stances(value)}
        return _("whose position on %(campaigns)s is %(stances)s") % words

    def predicate(self, value: dict[str, list[str]], wording: Any) -> str:
        """ "are supportive on Six points"."""
        words = {"campaigns": _titles(_campaigns(wording.words), value["campaign"]), "stances": _stances(value)}
        return _("have on %(campaigns)s the position %(stances)s") % words

    def to_form(self, value: dict[str, list[str]]) -> dict[str, list[str]]:
        """Both parts as they are."""
        return dict(value)

    def from_form(self, chosen: dict[str, list[str]]) -> dict[str, list[str]] | None:
        """Nothing until both are chosen."""
        if not chosen.get("campaign") or not chosen.get("stance"):
            return None
        return {"campaign": chosen["campaign"], "stance": chosen["stance"]}


def _stances(value: dict[str, list[str]]) -> str:
    return join(str(STANCES.get(code, code)).lower() for code in value["stance"])


class Attended(Field):
    """Who came to an event, or did not: {"event": ["hearing-2026"], "is": "no"}."""

    key, section, short = "attended", SECTION, gettext_lazy("events")
    label = gettext_lazy("Came to an event, or did not")
    parts = (
        is_part(gettext_lazy("came to"), gettext_lazy("did not come to")),
        Part(
            "event", gettext_lazy("Events"), choices=lambda words: _offered(_events(words)), none=gettext_lazy("choose")
        ),
    )

    def read(self, value: Any, reader: Reader) -> dict[str, Any]:
        """Events by short name or title; `is` only where it says no."""
        needed = _("“attended” needs an event.")
        value = reader.parts("attended", value, ("event", "is"), needed)
        if not value.get("event"):
            raise CriteriaError(needed)
        if value.get("is", YES) not in (YES, NO):
            raise CriteriaError(_("“is” says yes or no."))
        rows = _events(reader.words)
        known = {title.casefold(): slug for slug, (_pk, title) in rows.items()} | {slug: slug for slug in rows}
        found: dict[str, Any] = {
            "event": reader.codes("event", value["event"], known, _("There is no event “%(word)s”."))
        }
        return found | {"is": NO} if value.get("is") == NO else found

    def condition(self, value: dict[str, Any], words: Words) -> Q:
        """Who was marked as having come; whoever was invited and did not come, or was not asked, did not."""
        rows = _events(words)
        ids = [rows[slug][0] for slug in value["event"] if slug in rows]
        came = Attendance.objects.filter(contact=OuterRef("pk"), event__in=ids, answer=Attendance.Answer.CAME)
        return ~Q(Exists(came)) if value.get("is") == NO else Q(Exists(came))

    def positive(self, value: dict[str, Any]) -> dict[str, Any] | None:
        """The same without the no."""
        return {"event": value["event"]} if value.get("is") == NO else None

    def predicate(self, value: dict[str, Any], wording: Any) -> str:
        """ "came to Hearing"."""
        sentence = _("did not come to %(events)s") if value.get("is") == NO else _("came to %(events)s")
        return sentence % {"events": _titles(_events(wording.words), value["event"])}

    def to_form(self, value: dict[str, Any]) -> dict[str, list[str]]:
        """Both parts as lists."""
        return {"is": [value.get("is", YES)], "event": value["event"]}

    def from_form(self, chosen: dict[str, list[str]]) -> dict[str, Any] | None:
        """Nothing until an event is chosen."""
        if not chosen.get("event"):
            return None
        return {"event": chosen["event"], "is": (chosen.get("is") or [YES])[0]}


FIELDS: list[Field] = [Stands(), Attended()]
