"""The invented people as files in the formats of the real sources, so that the real importers read them."""

import csv
from pathlib import Path
from xml.sax.saxutils import escape

from desk.demo.people import COMMITTEES, COUNTRIES, GROUPS, Invented, everybody

LIST_NAME = "full-list_en_2026-03-17.invented.xml"
SEATS_NAME = "meps_2026-03-17.invented.csv"
_CSV_START = ["dxid", "country", "first_name", "last_name", "email", "birthdate", "gender", "eugroup", "party"]
_CSV_START += ["phone", "office", "committee", "substitute", "delegation", "twitter", "epid", "since"]


def write_files(folder: Path) -> tuple[Path, Path]:
    """Write the Parliament's full list (XML) and the table of seats (CSV) into `folder`; give both paths."""
    full_list, seats = folder / LIST_NAME, folder / SEATS_NAME
    people = everybody()
    members = "".join(_as_xml(person) for person in people)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    full_list.write_text(f"{head}<meps>{members}</meps>", encoding="utf-8")
    with seats.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [*_CSV_START, *COMMITTEES])
        table.writeheader()
        table.writerows(_as_row(person) for person in people)
    return full_list, seats


def _as_xml(person: Invented) -> str:
    fields = {
        "fullName": f"{person.given_name} {in_capitals(person.family_name)}",
        "country": COUNTRIES[person.country],
        "politicalGroup": GROUPS[person.group],
        "id": str(person.ep_id),
        "nationalPoliticalGroup": "Invented party",
    }
    return "<mep>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items()) + "</mep>"


def in_capitals(family_name: str) -> str:
    """A family name as the Parliament prints it: in capitals, but McALLENWOOD and GROẞ."""
    start = "Mc" if family_name.startswith("Mc") else ""
    return start + family_name.removeprefix(start).replace("ß", "ẞ").upper()


def _as_row(person: Invented) -> dict[str, str]:
    full = [code for code, role in person.seats.items() if role != "S"]
    return {
        "dxid": f"demo{person.ep_id}",
        "country": person.country.lower(),
        "first_name": person.given_name,
        "last_name": in_capitals(person.family_name),
        "email": person.email,
        "gender": person.gender,
        "eugroup": person.group,
        "party": "Invented party",
        "committee": "|".join(full),
        "substitute": "|".join(code for code in person.seats if code not in full),
        "epid": str(person.ep_id),
        "since": "2024-07-16",
        **person.seats,
    }
