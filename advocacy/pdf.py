"""PDFs of statements and plans: what stands in them. How they are set: advocacy.typesetting and its template.

The text is in its own language; what stands around it (dates, "Draft", headings of the lists) is in that language where
the interface is translated, else in English, and is marked so.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from advocacy.blocks import blocks_of, runs_of
from advocacy.citing import with_sources
from advocacy.languages import interface_language
from advocacy.models import ActionPlan, Ask, Statement, StatementText
from advocacy.pdf_store import kept_or_made, one_at_a_time
from advocacy.plan_content import PointWords, content_of
from advocacy.scoreboard import NO_DATA, Board, board_of
from advocacy.signing import signatories_of
from advocacy.typesetting import PdfError, digest_of_document, make_printable, typeset
from contacts.models import Organisation

__all__ = ["Pdf", "PdfError", "of_plan", "of_statement", "plan_pdf", "statement_pdf"]


@dataclass(frozen=True)
class Pdf:
    """A document that is ready to be set. `digest` names its bytes before there are any."""

    name: str
    document: dict[str, Any]
    moment: datetime
    is_public: bool
    missing: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """SHA-256, hex: the same digest, the same bytes."""
        return digest_of_document(self.document, self.moment)

    def content(self) -> bytes:
        """The bytes. What the public may read is kept; a draft leaves nothing behind. Raises PdfError."""
        if self.is_public:
            return kept_or_made(self.digest, lambda: typeset(self.document, self.moment))
        with one_at_a_time():
            return typeset(self.document, self.moment)


def statement_pdf(statement: Statement, language: str) -> bytes:
    """The PDF of a statement in one of its languages. Raises PdfError; StatementText.DoesNotExist without that text."""
    return of_statement(statement, statement.texts.get(language=language)).content()


def plan_pdf(plan: ActionPlan, language: str) -> bytes:
    """The PDF of a plan as it is published, worded in `language`, else in its own. Raises PdfError."""
    return of_plan(plan, language).content()


def of_statement(statement: Statement, text: StatementText) -> Pdf:
    """The document of a statement: letterhead, title, text, signatories, sources. Twelve queries at most."""
    frame_language = interface_language(text.language)
    with override(frame_language):
        is_out = statement.status in {Statement.Status.PUBLISHED, Statement.Status.WITHDRAWN}
        body, sources = with_sources(text.body, text.language, at=statement.published_at)
        moment = statement.published_at or statement.changed_at
        address = reverse("public:statement_detail", kwargs={"lang": text.language, "slug": statement.slug})
        names = _names_of(statement)
        document = {
            "lang": text.language.split("-")[0],
            "title": text.title.strip() or statement.reference,
            "author": statement.owner.name,
            "summary": text.summary,
            "keywords": [statement.reference],
            "frame": _frame(
                owner=statement.owner,
                reference=statement.reference,
                right=[statement.reference, day(moment), str(statement.get_status_display())],
                kind=str(statement.get_kind_display()),
                draft="" if is_out else _("Draft, not published"),
                notices=_statement_notices(statement),
                address=settings.SITE_URL + address if is_out else "",
            ),
            "blocks": blocks_of(body, [source.anchor for source in sources]),
            "parts": [*_names_part(names), *_sources_part(sources)],
        }
    return _ready(document, moment, f"{statement.reference}-{text.language}.pdf", is_public=is_out)


def _statement_notices(statement: Statement) -> list[str]:
    notices = []
    if statement.status == Statement.Status.WITHDRAWN:
        notices.append(_("This text was withdrawn. The platform no longer stands by its words."))
    if statement.is_sample:
        notices.append(f"{_('Made up for this demo.')} {_('Nobody said or signed this.')}")
    newer = Statement.objects.published().filter(supersedes=statement).first() if statement.published_at else None
    if newer:
        notices.append(_("A newer version of this text was published: %(reference)s.") % {"reference": newer.reference})
    return notices


def _names_of(statement: Statement) -> list[dict[str, Any]]:
    """Signatories in the order of the statement's rule: the name, then country, signer and register number."""
    names = []
    for one in signatories_of(statement):
        marks = [_("leads") if one.is_lead else "", one.country, _("signed later") if one.is_late else ""]
        signer = ", ".join(part for part in (one.signer, one.role) if part)
        number = one.transparency_register_id
        register = _("Transparency Register number %(number)s") % {"number": number} if number else ""
        lines = [", ".join(part for part in marks if part), signer, register]
        names.append({"name": one.name, "lines": [line for line in lines if line]})
    return names


def _names_part(names: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not names:
        return []
    title = ngettext("Signed by one organisation", "Signed by %(count)d organisations", len(names))
    return [_part(title % {"count": len(names)}, [{"t": "names", "items": names}])]


def _sources_part(sources: list[Any]) -> list[dict[str, Any]]:
    if not sources:
        return []
    items = [{"label": source.anchor, "c": runs_of(source.html) or [{"s": source.text, "m": []}]} for source in sources]
    return [_part(_("Sources"), [{"t": "sources", "items": items}])]


def of_plan(plan: ActionPlan, language: str, *, as_written: bool = False) -> Pdf:
    """The document of a plan: its points, then the table of countries. Ten queries at most.

    It holds what is published, or, for colleagues, what is being written, which says that it is a draft.
    """
    is_out = plan.published_at is not None and not as_written
    with override(interface_language(language)):
        board = board_of(plan, language, content=content_of(plan) if as_written else None)
        published = plan.published_at or plan.changed_at
        moment = max(published, board.updated_at or published)
        address = reverse("public:plan_detail", kwargs={"lang": language, "slug": plan.slug})
        document = {
            "lang": board.words.language.split("-")[0],
            "title": board.words.title.strip() or plan.slug,
            "author": plan.owner.name,
            "summary": board.words.summary,
            "keywords": [plan.slug],
            "frame": _frame(
                owner=plan.owner,
                reference=board.words.title.strip(),
                right=[_("Published %(day)s") % {"day": day(published)}, _("As of %(day)s") % {"day": day(moment)}],
                kind=_("Action plan. To: %(addressee)s") % {"addressee": board.words.addressee},
                draft="" if is_out else _("Draft, not published"),
                notices=_plan_notices(plan, board),
                address=settings.SITE_URL + address if is_out else "",
            ),
            "blocks": [],
            "parts": [_points_part(board), *_countries_part(board)],
        }
    name = f"{plan.slug}-{language}.pdf"
    return _ready(document, moment, name, is_public=is_out)


def _plan_notices(plan: ActionPlan, board: Board) -> list[str]:
    notices = [_("Made up for this demo.")] if plan.is_sample or board.has_samples else []
    if board.has_placeholders:
        words = _("The real wording of the points is not known; placeholders mark where it will stand.")
        notices.append(f"{_('Placeholder text.')} {words}")
    return notices


def _points_part(board: Board) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = []
    for point in board.points:
        in_its_language = {"t": "lang", "lang": (point.language or board.words.language).split("-")[0]}
        title = [{"s": f"{point.number}. {point.title or point.slug}", "m": []}]
        blocks.append({**in_its_language, "c": [{"t": "h", "level": 3, "c": title}]})
        if point.explanation:
            words = [{"s": point.explanation, "m": []}]
            blocks.append({**in_its_language, "c": [{"t": "p", "c": words}]})
        blocks.append({"t": "p", "c": [{"s": _basis(point), "m": ["i"]}]})
    if not blocks:
        blocks.append(_sentence(_("The points of this plan are not published yet.")))
    return _part(_("What we ask"), blocks)


def _basis(point: PointWords) -> str:
    """Level, instrument and legal basis in a line, and whether the wording is a placeholder."""
    level = dict(Ask.Level.choices).get(point.level, "")
    parts = ", ".join(str(part) for part in (level, point.instrument, point.legal_basis) if part)
    return f"{parts}. {_('Placeholder text.')}" if point.is_placeholder else parts


def _countries_part(board: Board) -> list[dict[str, Any]]:
    """The table as the truth: a row for each country, a column for each point, the answer in a word."""
    if not board.rows or not board.points:
        return []
    words = {"met": _("Met"), "partly": _("Partly"), "not_met": _("Not met"), NO_DATA: _("No data")}
    head = [_cell(_("Country"), th=True)] + [_cell(point.label, th=True) for point in board.points]
    rows = [[_cell(row.name, th=True), *(_cell(words[cell.rating]) for cell in row.cells)] for row in board.rows]
    table = {
        "t": "table", "columns": len(head), "head": [head], "rows": rows, "repeat": True, "nested": False,
        "even": True,
    }  # fmt: skip
    counted = {"met": board.met, "cells": board.cells, "missing": board.missing}
    said = _("Met: %(met)d of %(cells)d. No data, which is not the same as “not met”: %(missing)d.") % counted
    return [_part(_("Where countries stand"), [_sentence(said), table])]


def _cell(words: str, *, th: bool = False) -> dict[str, Any]:
    return {"c": [_sentence(words)], "th": th, "cs": 1, "rs": 1}


def _sentence(words: str) -> dict[str, Any]:
    return {"t": "p", "c": [{"s": words, "m": []}]}


def _part(title: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    """A part after the text, in the language of the frame."""
    return {"title": title, "lang": (get_language() or "en").split("-")[0], "blocks": blocks}


def _frame(*, owner: Organisation, reference: str, **given: Any) -> dict[str, Any]:
    """What stands around the text. Of the owner it prints name, register number and website; never an address."""
    own_number = settings.TRANSPARENCY_REGISTER_ID if owner.is_platform else ""
    number = owner.register_number or own_number
    register = _("Transparency Register number %(number)s") % {"number": number} if number else ""
    tagline = settings.PLATFORM_TAGLINE if owner.is_platform and not number else ""
    return {
        "lang": (get_language() or "en").split("-")[0],
        "left": [line for line in (register, tagline, owner.website) if line],
        "running": f"{owner.name}, {reference}",
        "foot": reference,
        "pages": _("Page {page} of {pages}"),
        "read-at": _("Read it at"),
        **given,
    }


def day(moment: datetime) -> str:
    """A moment as a day in the office's time zone."""
    return date_format(timezone.localtime(moment), "j F Y")


def _ready(document: dict[str, Any], moment: datetime, name: str, *, is_public: bool) -> Pdf:
    """Every character one that the fonts have; where one has none, the document says so."""
    document, missing = make_printable(document)
    if missing:
        sentence = ngettext(
            "This PDF cannot show one character of the text; a question mark in a diamond stands for it.",
            "This PDF cannot show %(count)d characters of the text; a question mark in a diamond stands for each.",
            len(missing),
        )
        document["frame"]["notices"].append(sentence % {"count": len(missing)})
    return Pdf(name, document, moment, is_public, frozenset(missing))
