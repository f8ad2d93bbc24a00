"""Files that mean harm or were damaged, by the thousand: one strategy for each format an import reads.

Used by the tests with 200 cases a format and by `dev.py bench hostile` with 10,000. A case is offered to the product's
own reader and importer; `offer` fails for anything but a clean import or a refusal with a sentence.
"""

import io
import json
import zipfile
from xml.sax.saxutils import escape

from django.db import transaction
from hypothesis import strategies as st

from contacts.imports.errors import ImportRefused
from contacts.imports.europarl import parse_meps
from contacts.imports.mapping import load_mapping
from contacts.imports.reporting import as_json, as_text
from contacts.imports.running import apply
from contacts.imports.spreadsheet import parse_sheet
from contacts.models import Contact, ImportRun
from tests.contacts.imports.builders import LIST_DAY, full_list, member, monthly_member, row, sheet

NASTY = [
    "", " ", "N/A", "-", "\0", "a\0b", "=cmd|' /C calc'!A0", "@SUM(1+1)", "\u202eevil\u202c", "a\u200bb", "\ufeff",
    "😀" * 30, "x" * 500, "<script>alert(1)</script>", "{{ 7*7 }}", "{% debug %}", "%s%n", "' OR 1=1 --", "\r\nBcc: x",
    "ﬁﬂ", "ß", "İ", "\u0301" * 50, "M?STER", "MÃ¼STER", "\ufffd", "NaN", "1e999", "-1", "0", "99999999999999999999",
    "9" * 5000, "2026-13-45", "0000-00-00", "9999-12-31", "true", "null", "LlBE", "LIBE", "C", "Chair", "ie", "EL",
    "Renew", "Group of the European People's Party (Christian Democrats)", "F", "ana@office.example",
    "a@b@c.example", "a@localhost", '"a b"@x.example', "a@[127.0.0.1]", "a@x.example, b@x.example", "a@аррӏе.com",
    "ü@x.example", "a@münchen.example", "a@x.example\r\nBcc: b@x.example", "a" * 65 + "@x.example", "a@xn--.example",
    "mailto:elpmaxe[dot]eciffo[at]ana", "[at][dot]", "900001", "900002", "٣", "１２", "𝟗𝟎𝟎", "\x1b[31m",
    "\u2028", "\x85",
]  # fmt: skip
WORD = st.sampled_from(NASTY) | st.text(max_size=15)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def damaged(draw, whole):
    """A right file with some of its bytes changed, cut off, or said twice."""
    data = bytearray(draw(whole))
    for _number in range(draw(st.integers(0, 4))):
        if data:
            data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    end = draw(st.integers(0, len(data)) | st.just(len(data)))
    return bytes(data[:end] + (data[:200] if draw(st.booleans()) and end < len(data) else b""))


def _known(fields, values=WORD):
    """Fields of a right entry with some of their values replaced."""
    return st.dictionaries(st.sampled_from(sorted(fields)), values, max_size=4).map(lambda found: fields | found)


SHEET_TEXT = st.one_of(
    st.lists(_known(row()), min_size=1, max_size=4).map(lambda rows: sheet(rows).decode("utf-8", "replace")),
    st.builds(
        lambda rows, delimiter, end: end.join([delimiter.join(row()), *(delimiter.join(cells) for cells in rows)]),
        st.lists(st.lists(WORD, max_size=14), max_size=4),
        st.sampled_from(",;\t|"),
        st.sampled_from(["\n", "\r\n", "\r"]),
    ),
    st.lists(st.lists(WORD, max_size=6), max_size=4).map(lambda rows: "\n".join("\t".join(cells) for cells in rows)),
    st.text(max_size=200),
)
CODES = ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "cp1250", "cp1253", "iso-8859-2", "iso-8859-15"]
ENCODED = st.builds(lambda text, code: text.encode(code, "replace"), SHEET_TEXT, st.sampled_from(CODES))
PASTED = SHEET_TEXT.map(lambda text: text.encode("utf-8", "replace"))

ENTRY = member()
LIST_XML = st.lists(_known(ENTRY), max_size=4).map(full_list)
RAW_XML = st.builds(
    lambda head, tag, text, depth: f"{head}<meps>{f'<{tag}>' * depth}{text}{f'</{tag}>' * depth}</meps>".encode(
        "utf-8", "replace"
    ),
    st.sampled_from([
        "", '<?xml version="1.0" encoding="utf-7"?>', "<!DOCTYPE meps>",
        '<!DOCTYPE meps [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE meps SYSTEM "http://127.0.0.1:9/x.dtd">', "<!-- -->", "<?php ?>", "\ufeff",
    ]),
    st.sampled_from(["mep", "id", "meps", "x:y", "ﬁ"]),
    WORD.map(escape) | st.sampled_from(["&b;", "&#0;", "&#x10FFFF;", "<![CDATA[x]]>", "<mep>", "]]>"]),
    st.integers(0, 30) | st.just(9_000),
)  # fmt: skip
PERSON_KEYS = [
    "type", "identifier", "label", "familyName", "givenName", "hasEmail", "hasGender", "hasMembership",
    "api:country-of-representation", "api:political-group",
]  # fmt: skip
MEMBERSHIP = st.dictionaries(
    st.sampled_from(["organization", "role", "membershipClassification", "memberDuring", "represents"]),
    ANY | st.sampled_from([
        "org/6586", "def/ep-roles/MEMBER", "def/ep-roles/MEMBER_PARLIAMENT",
        "def/ep-entities/COMMITTEE_PARLIAMENTARY_STANDING", "def/ep-entities/EU_POLITICAL_GROUP",
    ]),
)  # fmt: skip
SPAN = st.fixed_dictionaries(
    {}, optional={"startDate": WORD | st.dates().map(str), "endDate": WORD | st.dates().map(str)}
)
SEATS = st.lists(st.builds(lambda found, during: found | {"memberDuring": during}, MEMBERSHIP, SPAN), max_size=3)
PERSON = st.builds(
    lambda found, seats, number: {
        "type": "Person", "identifier": str(number), "label": "Ana NOVAK", "api:country-of-representation": "IE",
    } | found | ({"hasMembership": seats} if seats else {}),
    st.dictionaries(st.sampled_from(PERSON_KEYS), ANY, max_size=4), SEATS, st.integers(900_000, 900_009),
)  # fmt: skip
API = st.lists(PERSON, max_size=4).map(lambda people: {"data": people}) | ANY
MONTHLY = st.lists(
    _known(monthly_member(1, email="ana@office.example"), ANY)
    | st.builds(lambda number, facts: monthly_member(number) | facts, st.integers(1, 9), st.dictionaries(WORD, ANY)),
    max_size=4,
).map(lambda members: {"Ireland": members}) | st.dictionaries(WORD, st.lists(ANY, max_size=3), max_size=3)
PARLTRACK_MEMBER = {
    "epid": 900001, "first_name": "Ana", "last_name": "NOVAK", "mail": "ana@office.example", "Gender": "F",
    "eugroup": "Renew", "constituency": {"country": "ie", "party": "P", "start": "2024-07-16", "term": 10},
    "committees": [{"name": "LIBE", "role": "Member", "start": "2024-07-19"}], "delegations": [], "active": True,
    "Addresses": {"Brussels": {"Phone": "1"}},
}  # fmt: skip
PARLTRACK = st.lists(_known(PARLTRACK_MEMBER, ANY) | ANY, max_size=4)


def dumped(content):
    """JSON of a content as bytes; NaN and lone surrogates go in as Python writes them."""
    return content.map(lambda found: json.dumps(found).encode())


ROUGH_JSON = st.sampled_from([
    b"[" * 20_000, b'{"data":' * 5_000, b'{"data": [], "data": []}', b'{"data": [NaN]}', b'{"data": "\\ud800"}', b"{",
    b'{"data": [{"type": "Person", "identifier": "900001", "label": "\\u0000"}]}', b'{"epid": 1}', b"[{}]", b"null",
    b'[{"epid": 900001, "last_name": "\\udfff"}]', b'{"a": [{"fullName": ["\\ud83d"]}]}', b"1" * 5_000, b"[1e400]",
])  # fmt: skip


def _cells(*words):
    return "".join(f'<c t="inlineStr"><is><t>{word}</t></is></c>' for word in words)


@st.composite
def workbooks(draw):
    """A small workbook written by hand: cells of every type, hidden sheets, wrong indexes and sizes, odd parts."""
    text = ' t="inlineStr"'
    # One cell of a wrong type makes the whole workbook broken: half of them hold text alone, and can be imported.
    types = draw(st.sampled_from([
        [text], ["", ' t="s"', text, ' t="b"', ' t="e"', ' t="n"', ' t="d"', ' t="str"', ' t="zz"'],
    ]))  # fmt: skip
    lines = [_cells("email", "name", "country")]
    if draw(st.booleans()):
        lines.append(_cells("ana@office.example", "Ana Novak", "IE"))
    for _row in range(draw(st.integers(0, 3))):
        cells = []
        for _cell in range(draw(st.integers(0, 4))):
            kind, value = draw(st.sampled_from(types)), escape(draw(WORD))
            inner = f"<is><t>{value}</t></is>" if "inline" in kind else f"<f>1+1</f><v>{value}</v>"
            places = ["", ' s="0"'] if types == [text] else ["", ' s="99"', ' r="ZZZ9"', ' r="A1"', ' r="x"']
            style = draw(st.sampled_from(places))
            cells.append(f"<c{kind}{style}>{inner}</c>")
        lines.append("".join(cells))
    size = draw(st.sampled_from(["", '<dimension ref="A1:XFD1048576"/>', '<dimension ref="x"/>']))
    rows = "".join(f"<row>{line}</row>" for line in lines)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    state = draw(st.sampled_from(["", "", "", ' state="hidden"', ' state="veryHidden"', ' state="x"']))
    head = draw(st.sampled_from(["", '<!DOCTYPE x [<!ENTITY a "b">]>', '<?xml version="1.0" encoding="utf-8"?>']))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml"'
        ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override '
        'PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets><sheet name="S" sheetId="1"{state} '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{links}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{head}<worksheet xmlns="{main}">{size}<sheetData>{rows}</sheetData></worksheet>',
    }
    if draw(st.booleans()):
        parts[draw(st.sampled_from(sorted(parts)))] = draw(st.sampled_from(["", "<", "<x/>", rows]))
    for name in draw(st.lists(st.sampled_from(["xl/vbaProject.bin", "../evil", "xl/externalLinks/e.xml"]), max_size=1)):
        parts[name] = "x"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content.encode("utf-8", "replace"))
    return out.getvalue()


def read_sheet(data, name="sheet.csv", mapping="parltrack"):
    return parse_sheet(data, file_name=name, mapping=load_mapping(mapping), as_of=LIST_DAY)


def read_list(data):
    return parse_meps(data, file_name="list", as_of=LIST_DAY)


# Format → its files and how they are read.
FORMATS = {
    "csv": (ENCODED | damaged(ENCODED) | st.binary(max_size=200), read_sheet),
    "paste": (PASTED | damaged(PASTED), lambda data: read_sheet(data, "paste.txt", "generic")),
    "xlsx": (workbooks() | damaged(workbooks()), lambda data: read_sheet(data, "book.xlsx", "generic")),
    "xml": (LIST_XML | RAW_XML | damaged(LIST_XML) | damaged(RAW_XML), read_list),
    "api-json": (dumped(API) | damaged(dumped(API)) | ROUGH_JSON, read_list),
    "monthly-json": (dumped(MONTHLY) | damaged(dumped(MONTHLY)) | ROUGH_JSON, read_list),
    "parltrack-json": (dumped(PARLTRACK) | damaged(dumped(PARLTRACK)) | ROUGH_JSON, read_list),
}


class _TakeBack(Exception):
    """Rolls a case's import back."""


def offer(read, data, *, release_held=True):
    """Offer one file: "imported", "held" or "refused". Anything else that happens is an exception or fails here.

    An import is whole: as many new contacts as its counts say, with one record of it; a refusal leaves nothing.
    """
    outcome, sentence = "refused", "none was needed"
    before = Contact.objects.count()
    try:
        with transaction.atomic():
            plan = apply(read(data), release_held=release_held)
            outcome = "held" if plan.hold_reason else "imported"
            counts = plan.counts()
            assert Contact.objects.count() - before == counts["new"], "a partial import"
            if counts["new"] or counts["held"]:
                assert ImportRun.objects.count() == 1
            for text in (as_json(plan), as_text(plan, applied=True)):
                text.encode()
            raise _TakeBack
    except _TakeBack:
        pass
    except ImportRefused as refusal:
        outcome, sentence = "refused", str(refusal)
    assert len(sentence) > 10, "a refusal without a sentence"
    assert Contact.objects.count() == before
    return outcome
