"""Real letters before they leave: any recipient's, the three worth reading, and sample values for the editor."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from contacts.confidentiality import shown_address
from contacts.languages import country_name, language_name
from mailing import audience, merge, unsubscribe
from mailing.audience import AudiencePreview, Reader
from mailing.freezing import context_expression
from mailing.models import Delivery, Mailing

# A select box with more people than this helps nobody; the arrows reach everyone.
MOST_CHOICES = 200


@dataclass(frozen=True)
class Letter:
    """One recipient's letter as it would leave. `problem` says why it cannot be made; then `rendered` is None.

    `email` is empty where the address is secret: the letter goes there all the same.
    """

    number: int
    total: int
    name: str
    country: str
    email: str
    language: str
    rendered: merge.Rendered | None
    problem: str = ""
    # The merge values it is made from.
    context: dict[str, Any] = field(default_factory=dict)


def letter_for(mailing: Mailing, number: int) -> Letter | None:
    """The letter of recipient `number` (from 1, in the order of the list); None when there is none.

    Before the freeze it is worked out from the audience, afterwards it is what was frozen.
    """
    if mailing.frozen_at:
        return _frozen_letter(mailing, number)
    preview, readers = audience.survey(mailing)
    return letter_of(mailing, number, preview, readers)


def letter_of(mailing: Mailing, number: int, preview: AudiencePreview, readers: list[Reader]) -> Letter | None:
    """The same from a survey that a page has made already."""
    if not 1 <= number <= len(readers):
        return None
    reader = readers[number - 1]
    to = (reader.language, preview.recipient_keys[number - 1][1])
    return _letter(mailing, number, len(readers), reader.context, to)


def _frozen_letter(mailing: Mailing, number: int) -> Letter | None:
    total = mailing.recipients or 0
    if not 1 <= number <= total:
        return None
    rows = Delivery.objects.filter(mailing=mailing).exclude(status=Delivery.Status.SKIPPED, skipped_at__isnull=True)
    row = rows.order_by("pk")[number - 1 : number].first()
    return _letter(mailing, number, total, row.context, (row.language, row.email or "")) if row else None


def _letter(mailing: Mailing, number: int, total: int, context: dict[str, Any], to: tuple[str, str]) -> Letter:
    language, email = to
    rendered, problem = None, ""
    content = next((found for found in mailing.contents.all() if found.language == language), None)
    if content is None:
        problem = _("There is no %(language)s text yet.") % {"language": language_name(language)}
    else:
        content.mailing = mailing
        try:
            rendered = merge.render(content, _with_link(mailing, context), language)
        except merge.MergeError as error:
            problem = " ".join(error.sentences)
    country = country_name(context.get("country") or "")
    shown = shown_address(email)
    return Letter(number, total, context.get("name") or "", country, shown, language, rendered, problem, context)


def _with_link(mailing: Mailing, context: dict[str, Any]) -> dict[str, Any]:
    """A preview shows where the link to leave or to object stands; the link itself does nothing for anybody."""
    name = "unsubscribe" if mailing.kind == Mailing.Kind.NEWSLETTER else "object"
    paper = unsubscribe.example_address("paper") if mailing.links_papers else ""
    return context | {"unsubscribe_link": unsubscribe.example_address(name), "paper_link": paper}


def issue_letter(mailing: Mailing, language: str, topics: frozenset[int]) -> Letter:
    """An issue as a reader of a language with these topics (ids) gets it.

    Its fields have the values of the first reader of the language; where nobody reads it they are empty.
    """
    found: Any = audience.with_context(mailing)
    person = found.filter(skip_reason="", given_language=language).order_by("pk").first()
    context = (person.context if person else {}) | {"topics": sorted(topics)}
    return _letter(mailing, 1, 1, context, (language, ""))


def choices(readers: list[Reader]) -> list[tuple[int, str]]:
    """Recipients for a select box: number and "Claire Besson, France (French)"."""
    return [
        (
            number,
            f"{reader.context.get('name')}, {country_name(reader.context.get('country') or '')} "
            f"({language_name(reader.language)})",
        )
        for number, reader in enumerate(readers[:MOST_CHOICES], start=1)
    ]


@dataclass(frozen=True)
class Proposed:
    """A letter worth reading before approval, and why."""

    why: str
    letter: Letter


def three_worth_reading(mailing: Mailing, preview: AudiencePreview, readers: list[Reader]) -> list[Proposed]:
    """One in the fallback language, the longest name, one who sits on two committees: each a different person."""
    order = {pk: number for number, (pk, _key, _language) in enumerate(preview.recipient_keys, start=1)}
    wanted = preview.wanted
    found: dict[int, tuple[str, Reader]] = {}

    def propose(why: str, candidates: list[Reader]) -> None:
        for reader in candidates:
            if reader.pk not in found:
                found[reader.pk] = (why, reader)
                return

    fallback = [reader for reader in readers if wanted.get(reader.pk, reader.language) != reader.language]
    if fallback:
        language = language_name(wanted[fallback[0].pk])
        given = language_name(fallback[0].language)
        propose(_("Reads %(own)s, gets %(given)s") % {"own": language, "given": given}, fallback)
    if preview.shapes:
        # Most readers' passages are read often; of those that few get, one letter is looked at.
        often = Counter(preview.shapes.values())
        rarest = sorted(readers, key=lambda reader: often[preview.shapes.get(reader.pk, "")])
        propose(_("Reads passages that few read"), rarest)
    by_length = sorted(readers, key=lambda reader: -len(reader.context.get("name") or ""))
    propose(_("The longest name"), by_length)
    both = [reader for reader in readers if len(set(reader.context.get("committees") or [])) > 1]
    propose(_("Sits on two committees: one letter"), both)
    others = sorted(readers, key=lambda reader: reader.language == mailing.source_language)
    while len(found) < 3 and len(found) < len(readers):
        propose(_("One more, in %(language)s"), others)
    proposals = []
    for pk, (why, reader) in found.items():
        letter = _letter(mailing, order[pk], len(order), reader.context, (reader.language, ""))
        proposals.append(Proposed(why % {"language": language_name(reader.language)} if "%(" in why else why, letter))
    return proposals


def sample_values(mailing: Mailing, language: str) -> dict[str, Any]:
    """Every field with what a real recipient reads there, for the panel beside the editor."""
    found = audience.people(mailing).annotate(context=context_expression())
    person: Any = found.order_by("sort_key", "pk").first()
    context = person.context if person else {}
    values = merge.values_for(mailing, context, language)
    groups = [("reader", _("The reader")), ("letter", _("This letter"))]
    return {
        "name": context.get("name", ""),
        "groups": [
            {
                "title": title,
                "fields": [
                    {"name": name, "label": field.label, "value": values.get(name, "")}
                    for name, field in merge.FIELDS.items()
                    if field.group == group
                ],
            }
            for group, title in groups
        ],
    }
