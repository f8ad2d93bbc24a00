"""Conditions about the person: country, language, kind, tags, what is known and what is missing."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.criteria.field import Choice, Codes, Part, Reader
from contacts.criteria.fields.organisations import open_post
from contacts.criteria.fields.parliament import open_mandate
from contacts.criteria.joining import join
from contacts.criteria.words import Words, unique, values_of
from contacts.languages import FALLBACK, content_languages, country_name, default_languages, language_name
from contacts.models import Contact, ImportRun, Organisation, Subscription, Suppression

PERSON = gettext_lazy("The person")
CHOOSE = gettext_lazy("choose")
KIND_WORDS: dict[str, Any] = {
    "mep": gettext_lazy("MEPs"),
    "stakeholder": gettext_lazy("stakeholders"),
    "press": gettext_lazy("press contacts"),
    "subscriber": gettext_lazy("subscribers"),
}
KIND_CHOICES: list[Choice] = [
    ("mep", gettext_lazy("MEPs")),
    ("stakeholder", gettext_lazy("Stakeholders")),
    ("press", gettext_lazy("Press")),
    ("subscriber", gettext_lazy("Subscribers")),
]


def _by_name(codes: Any, name: Any) -> list[Choice]:
    return sorted(((code, name(code)) for code in codes), key=lambda pair: str(pair[1]))


def tagged(names: list[str], words: Words) -> Exists:
    """The person carries one of these tags."""
    ids = [words.tag_ids[name] for name in names if name in words.tag_ids]
    return Exists(Contact.tags.through.objects.filter(contact=OuterRef("pk"), tag__in=ids))


class Country(Codes):
    """An MEP's country is that of the open mandate; anybody else's is the contact's own."""

    key, section, verb, short, head = "country", PERSON, gettext_lazy("is from"), gettext_lazy("country"), 6
    label = gettext_lazy("Country")
    parts = (Part("country", label, choices=lambda words: _by_name(default_languages(), country_name), none=CHOOSE),)

    def not_known(self) -> str:
        """The sentence for a word nobody knows."""
        return _("“%(word)s” is not a country.")

    def condition(self, value: list[str], words: Words) -> Q:
        """By the column that the database keeps (contacts/country_now.py)."""
        return Q(country_now__in=value)

    def after(self, value: list[str], wording: Any) -> str:
        """ "from Ireland"."""
        return _("from %(countries)s") % {"countries": join(map(country_name, value))}


class Language(Codes):
    """The language they are written to in."""

    key, section, verb, short, head = "language", PERSON, gettext_lazy("reads"), gettext_lazy("language"), 7
    label = gettext_lazy("Language")
    parts = (Part("language", label, choices=lambda words: _by_name(content_languages(), language_name), none=CHOOSE),)

    def not_known(self) -> str:
        """The sentence for a word nobody knows."""
        return _("“%(word)s” is not a language we write in.")

    def condition(self, value: list[str], words: Words) -> Q:
        """`effective_language() IN codes`, in words an index answers: their own, or none and its country."""
        countries = [country for country, language in default_languages().items() if language in value]
        of_country = Q(country_now__in=countries)
        if FALLBACK in value:
            # English is also what every country without a default falls back to.
            of_country = ~Q(country_now__in=[country for country in default_languages() if country not in countries])
        return Q(language__in=value) | (Q(language="") & of_country)

    def after(self, value: list[str], wording: Any) -> str:
        """ "who get French"."""
        return _("who get %(languages)s") % {"languages": join(map(language_name, value))}

    def predicate(self, value: list[str], wording: Any) -> str:
        """ "get French"."""
        return _("get %(languages)s") % {"languages": join(map(language_name, value))}


def language_within(codes: list[str], countries: set[str]) -> Q:
    """The same for people whose country is known to be one of these; where all of them agree, without an OR."""
    speaking = sorted(country for country in countries if default_languages().get(country, FALLBACK) in codes)
    if not speaking:
        return Q(language__in=codes)
    found = Q(language__in=[*codes, ""])
    others = sorted(countries.difference(speaking))
    return found & ~Q(language="", country_now__in=others) if others else found


class Kind(Codes):
    """What somebody is to us; derived, never one column."""

    key, section, verb, short, head = "kind", PERSON, gettext_lazy("is one of the"), gettext_lazy("kind"), 2
    label = gettext_lazy("MEP, stakeholder, press, subscriber")
    parts = (Part("kind", gettext_lazy("Kinds of contact"), choices=lambda words: KIND_CHOICES, none=CHOOSE),)

    def not_known(self) -> str:
        """The sentence for a word nobody knows."""
        return _("“%(word)s” is not a kind of contact.")

    def condition(self, value: list[str], words: Words) -> Q:
        """Any of the kinds."""
        found = Q(pk__in=[])
        for kind in value:
            if kind == "mep":
                found |= Q(open_mandate())
            elif kind == "stakeholder":
                found |= Q(open_post()) | Q(tagged(["stakeholder"], words))
            elif kind == "press":
                found |= Q(open_post(organisation__kind=Organisation.Kind.PRESS)) | Q(tagged(["press"], words))
            elif kind == "subscriber":
                active = Subscription.objects.filter(contact=OuterRef("pk"), status=Subscription.Status.ACTIVE)
                found |= Q(Exists(active))
        return found

    def noun(self, value: list[str], wording: Any) -> str:
        """ "MEPs or stakeholders"."""
        return join(KIND_WORDS.get(kind, kind) for kind in value)

    def predicate(self, value: list[str], wording: Any) -> str:
        """ "are MEPs"."""
        return _("are %(people)s") % {"people": self.noun(value, wording)}


class HasTag(Codes):
    """A tag that a person put on."""

    key, section, verb, short, head = "tag", PERSON, gettext_lazy("is tagged"), gettext_lazy("tag"), 4
    label = gettext_lazy("Tag")
    parts = (
        Part("tag", gettext_lazy("Tags"), choices=lambda words: [(name, name) for name in words.tag_ids], none=CHOOSE),
    )

    def not_known(self) -> str:
        """The sentence for a word nobody knows."""
        return _("There is no tag “%(word)s”.")

    def condition(self, value: list[str], words: Words) -> Q:
        """Carries one of them."""
        return Q(tagged(value, words))

    def after(self, value: list[str], wording: Any) -> str:
        """ "tagged “press”"."""
        return _("tagged %(tags)s") % {"tags": join(f"“{tag}”" for tag in value)}


class OneOfFew(Codes):
    """A closed list of a few words, each with what people are or do."""

    # Code → (in the form, in a sentence).
    answers: Mapping[str, tuple[Any, Any]] = {}

    def known(self, words: Words) -> Mapping[str, str]:
        """The codes themselves."""
        return {code.casefold(): code for code in self.answers}

    def predicate(self, value: list[str], wording: Any) -> str:
        """The sentences of the answers."""
        return join(self.answers[code][1] if code in self.answers else code for code in value)


class GenderIs(OneOfFew):
    """As the person or an official source gives it; unknown is normal."""

    key, section, verb, short = "gender", PERSON, gettext_lazy("has the gender"), gettext_lazy("gender")
    label = gettext_lazy("Gender, or that it is not known")
    answers = {
        "X": (gettext_lazy("not known"), gettext_lazy("have no known gender")),
        "F": (gettext_lazy("female"), gettext_lazy("are women")),
        "M": (gettext_lazy("male"), gettext_lazy("are men")),
    }
    parts = (
        Part("gender", gettext_lazy("Gender"), choices=lambda words: _offers(GenderIs), initial=("X",), none=CHOOSE),
    )

    def condition(self, value: list[str], words: Words) -> Q:
        """The column."""
        return Q(gender__in=value)


class Address(OneOfFew):
    """Whether there is an e-mail address."""

    key, section, verb, short = "address", PERSON, "", gettext_lazy("address")
    label = gettext_lazy("E-mail address missing or there")
    answers = {
        "missing": (gettext_lazy("has no e-mail address"), gettext_lazy("have no e-mail address")),
        "there": (gettext_lazy("has an e-mail address"), gettext_lazy("have an e-mail address")),
    }
    parts = (Part("address", gettext_lazy("E-mail address"), "one", lambda words: _offers(Address)),)

    def condition(self, value: list[str], words: Words) -> Q:
        """By the unique key, which is null where there is none."""
        if len(value) != 1:
            return Q(pk__isnull=not value)
        return Q(email_key__isnull=value == ["missing"])


class Blocked(OneOfFew):
    """Whether the address is on the list of those that must not be written letters to."""

    key, section, verb, short = "blocked", PERSON, "", gettext_lazy("do-not-write list")
    label = gettext_lazy("On the do-not-write list or not")
    answers = {
        "objected": (gettext_lazy("asked us not to write"), gettext_lazy("asked us not to write")),
        "yes": (gettext_lazy("must not be written to"), gettext_lazy("must not be written to")),
        "no": (gettext_lazy("may be written to"), gettext_lazy("may be written to")),
    }
    parts = (Part("blocked", gettext_lazy("May we write?"), "one", lambda words: _offers(Blocked), initial=("no",)),)

    def condition(self, value: list[str], words: Words) -> Q:
        """The keyed hash of the address, for letters or for everything."""
        found = Q(pk__in=[])
        for code in value:
            if code == "objected":
                found |= Q(blocked(reason=Suppression.Reason.OBJECTION))
            elif code in ("yes", "no"):
                found |= Q(blocked()) if code == "yes" else ~Q(blocked())
        return found

    def positive(self, value: list[str]) -> list[str] | None:
        """ "May be written to" leaves out those who must not."""
        return ["yes"] if value == ["no"] else None


def blocked(**fields: Any) -> Exists:
    """The address must not be written letters to."""
    return Exists(Suppression.objects.of("letters").filter(email_digest=OuterRef("email_digest"), **fields))


class Office(OneOfFew):
    """Whether somebody holds a public office: a seat in the Parliament, a post at an institution or a government."""

    key, section, verb, short = "office", PERSON, "", gettext_lazy("office")
    label = gettext_lazy("Holds a public office or not")
    answers = {
        "yes": (gettext_lazy("holds a public office"), gettext_lazy("hold a public office")),
        "no": (gettext_lazy("holds no public office"), gettext_lazy("hold no public office")),
    }
    parts = (Part("office", gettext_lazy("Public office"), "one", lambda words: _offers(Office)),)

    def condition(self, value: list[str], words: Words) -> Q:
        """An open mandate, or an open post there."""
        public = [Organisation.Kind.INSTITUTION, Organisation.Kind.GOVERNMENT]
        holds = Q(open_mandate()) | Q(open_post(organisation__kind__in=public))
        if len(value) != 1:
            return Q(pk__isnull=not value)
        return holds if value == ["yes"] else ~holds

    def positive(self, value: list[str]) -> list[str] | None:
        """ "No office" leaves out who holds one."""
        return ["yes"] if value == ["no"] else None


def _offers(field: type[OneOfFew]) -> list[Choice]:
    return [(code, form) for code, (form, _sentence) in field.answers.items()]


class Source(Codes):
    """Where the person's entry came from first."""

    key, section, verb, short = "source", PERSON, gettext_lazy("came from"), gettext_lazy("source")
    label = gettext_lazy("Source of the entry")
    parts = (Part("source", gettext_lazy("Sources"), choices=lambda words: _sources(words), none=CHOOSE),)

    def read(self, value: Any, reader: Reader) -> list[str]:
        """Any words: sources are not a closed list."""
        return unique(word.strip()[:200] for word in values_of("source", value))

    def condition(self, value: list[str], words: Words) -> Q:
        """The column."""
        return Q(source__in=value)

    def after(self, value: list[str], wording: Any) -> str:
        """ "from the source europarl-full-list"."""
        return _("from the source %(sources)s") % {"sources": join(value)}


def _sources(words: Words) -> list[Choice]:
    names = words.once("sources", lambda: sorted(set(ImportRun.objects.order_by().values_list("source", flat=True))))
    return [(name, name) for name in names]
