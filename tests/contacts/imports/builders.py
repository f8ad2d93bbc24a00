"""Builds files in the real formats, with invented people."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from django.core.management import call_command

from contacts.imports.europarl import parse_meps
from contacts.imports.mapping import load_mapping
from contacts.imports.running import apply
from contacts.imports.spreadsheet import parse_sheet
from contacts.models import Contact

SAMPLES = Path(__file__).parent / "samples"
LIST_DAY = date(2026, 3, 17)
SHEET_DAY = date(2024, 10, 14)


def member(number=1, name="Ana NOVAKOVÁ", country="Ireland", group="Renew Europe Group", party="Sample Party"):
    """One entry of the full list."""
    entry = {"fullName": name, "country": country, "politicalGroup": group, "id": str(900000 + number)}
    return entry | ({"nationalPoliticalGroup": party} if party is not None else {})


def members(count, **facts):
    """That many entries with numbers from 1 on."""
    return [
        member(number, name=f"Given{number} FAMILY{'ABCDEFGHIJ'[number % 10]}", **facts)
        for number in range(1, count + 1)
    ]


def full_list(entries):
    """The XML of a full list, as bytes."""
    inner = "".join(
        "<mep>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in entry.items()) + "</mep>"
        for entry in entries
    )
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><meps>{inner}</meps>'.encode()


def hidden(address):
    """An address as a profile page hides it: backwards, with words for its signs."""
    local, _at, domain = address.partition("@")
    *rest, last = domain.split(".")
    return f"{last[::-1]}[dot]{'.'.join(rest)[::-1]}[at]{local[::-1]}" if address else ""


def monthly_member(number=1, name=None, email=None, **facts):
    """One entry of a monthly pull, with the address as the profile page hides it; email="" for none."""
    name = name or f"Given{number} FAMILY{'ABCDEFGHIJ'[number % 10]}"
    entry = {key: [text] for key, text in member(number, name, **facts).items()}
    address = f"given{number}@europarl.europa.eu" if email is None else email
    return entry | {"contact_data": {"birth_date": "1970-01-01"} | ({"email": hidden(address)} if address else {})}


def monthly(entries):
    """A monthly pull as bytes: lists of members under names of countries."""
    countries = {}
    for entry in entries:
        countries.setdefault(entry["country"][0], []).append(entry)
    return json.dumps(countries, ensure_ascii=False).encode()


def import_monthly(entries, on=LIST_DAY, **options):
    """Apply a monthly pull of these entries; gives the plan."""
    name = f"members_by_country_{on}.json"
    return apply(parse_meps(monthly(entries), file_name=name, as_of=on), **options)


def sheet(rows, delimiter=","):
    """A CSV of dicts, as bytes; the first one gives the header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def row(number=1, **facts):
    """A row of the Parltrack sheet."""
    row = {
        "epid": str(900000 + number), "first_name": f"Given{number}", "last_name": f"FAMILY{'ABCDEFGHIJ'[number % 10]}",
        "country": "ie", "email": f"given{number}@europarl.europa.eu.example", "gender": "F", "eugroup": "Renew",
        "party": "Sample Party", "delegation": "", "LIBE": "", "EMPL": "", "FEMM": "",
    }  # fmt: skip
    return row | facts


def import_list(entries, on=LIST_DAY, **options):
    """Apply a full list of these entries; gives the plan."""
    data = entries if isinstance(entries, bytes) else full_list(entries)
    return apply(parse_meps(data, file_name=f"list_{on}.xml", as_of=on), **options)


def import_sheet(rows, on=SHEET_DAY, mapping="parltrack", **options):
    """Apply a sheet of these rows; gives the plan."""
    data = rows if isinstance(rows, bytes) else sheet(rows)
    pull = parse_sheet(data, file_name=f"sheet_{on}.csv", mapping=load_mapping(mapping), as_of=on)
    return apply(pull, **options)


def of(number):
    """The contact with this member's number, as the database has it now."""
    return Contact.objects.filter(mandates__ep_id=900000 + number).distinct().get()


def run(command, *arguments, **options):
    """Run a command; gives what it wrote to standard output."""
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def run_json(command, *arguments, **options):
    """Run a command with --json; its standard output must be one object on one line."""
    out = run(command, *arguments, "--json", **options)
    assert out.count("\n") == 1
    return json.loads(out)


def kinds(plan):
    """The kinds of a plan's problems."""
    return [problem.kind for problem in plan.problems]
