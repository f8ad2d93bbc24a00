"""Lists of members of the Parliament in whichever format they come; the full-list XML is read here."""

from datetime import date
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError
from django.utils.translation import gettext as _

from contacts.imports import monthly, parltrack, vocabulary
from contacts.imports.errors import ImportRefused, Problem
from contacts.imports.fields import read_ep_id, set_full_name
from contacts.imports.jsonld import parse_jsonld
from contacts.imports.jsontext import load_json
from contacts.imports.reading import MAX_ROWS, decode, digest
from contacts.imports.records import Pull, Record
from contacts.imports.remembering import remembering

MAX_DEPTH = 8
MAX_TEXT = 2000
XML_COLUMNS = {
    "name": "fullName",
    "country": "country",
    "group": "politicalGroup",
    "ep_id": "id",
    "national_party": "nationalPoliticalGroup",
}


def parse_meps(data: bytes, *, file_name: str, as_of: date, encoding: str = "") -> Pull:
    """Any list of members: the full-list XML, an answer of the Open Data API, a monthly pull, Parltrack's JSON.

    Which one it is shows in the file itself. Raises ImportRefused with the reason.
    """
    text = decode(data, encoding).lstrip("\ufeff \t\r\n")
    with remembering():
        if text.startswith(("{", "[")):
            return _parse_json(text, Pull("", file_name, digest(data), as_of, []))
        if text.startswith("<"):
            return _parse_xml(text, Pull("", file_name, digest(data), as_of, []))
    raise ImportRefused(
        _("This is neither the Parliament's full-list XML nor an answer of its Open Data API nor a list made of them.")
    )


def _parse_json(text: str, pull: Pull) -> Pull:
    content = load_json(text)
    if monthly.is_monthly(content):
        return monthly.parse_monthly(content, pull)
    if parltrack.is_parltrack(content):
        return parltrack.parse_parltrack(content, pull)
    return parse_jsonld(content, pull)


def _parse_xml(text: str, pull: Pull) -> Pull:
    entries = _read_xml(text)
    pull.source, pull.is_complete, pull.columns = "europarl-full-list", True, XML_COLUMNS
    for number, entry in enumerate(entries, start=1):
        record = _record(number, entry, pull)
        if record is not None:
            pull.records.append(record)
    if not entries:
        raise ImportRefused(_("The list holds no member."))
    return pull


class _Entries:
    """Collects the entries of <meps> while the parser runs, without building a tree that could grow too deep."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.entries: list[dict[str, str]] = []
        self.text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        self.path.append(tag)
        if len(self.path) > MAX_DEPTH:
            raise ImportRefused(_("The XML is nested more than %(n)s levels deep.") % {"n": MAX_DEPTH})
        if self.path[0] != "meps":
            raise ImportRefused(
                _("This is not the Parliament's full list: its first element is <%(tag)s>, not <meps>.")
                % {"tag": tag[:60]}
            )
        if self.path == ["meps", "mep"]:
            if len(self.entries) >= MAX_ROWS:
                raise ImportRefused(_("The list has more than %(n)s entries.") % {"n": MAX_ROWS})
            self.entries.append({})
        self.text = []

    def data(self, text: str) -> None:
        """Text inside an element."""
        self.text.append(text)

    def end(self, tag: str) -> None:
        """An element closes."""
        if len(self.path) == 3 and self.path[1] == "mep":
            self.entries[-1][tag] = " ".join("".join(self.text).split())[:MAX_TEXT]
        self.path.pop()
        self.text = []

    def close(self) -> list[dict[str, str]]:
        """What was collected."""
        return self.entries


def _read_xml(text: str) -> list[dict[str, str]]:
    # The declaration may name another encoding; the text is decoded already, so it no longer counts.
    parser: Any = DefusedXMLParser(target=_Entries(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(text)
        return parser.close()
    except DefusedXmlException as error:
        raise ImportRefused(_("The XML has a document type or entities; such a file is not read.")) from error
    except ParseError as error:
        line, column = error.position
        raise ImportRefused(
            _("The XML is broken at line %(line)s, character %(column)s.") % {"line": line, "column": column + 1}
        ) from error
    except (ValueError, UnicodeError) as error:
        raise ImportRefused(_("The XML cannot be read.")) from error


def _record(number: int, entry: dict[str, str], pull: Pull) -> Record | None:
    """One entry; None when it lacks what a member must have. Optional fields that are wrong are left out."""
    ep_id = read_ep_id(entry.get("id", ""))
    if ep_id is None:
        problem = _("The entry has no number of a member, so it was left out.")
        pull.problems.append(Problem(number, "id", problem, "missing", entry.get("id", "")[:60]))
        return None
    record = Record(
        number, ep_id, national_party=vocabulary.party(entry.get("nationalPoliticalGroup", "")[:200]) or None
    )
    for field, column, read in (
        ("country", "country", vocabulary.country),
        ("group", "politicalGroup", lambda label: vocabulary.group(label, pull.as_of)),
    ):
        label = entry.get(column, "")
        try:
            if label:
                setattr(record, field, read(label))
        except vocabulary.UnknownWord as error:
            pull.tell_unknown(number, column, error, label)
    set_full_name(record, entry.get("fullName", ""), pull)
    return record
