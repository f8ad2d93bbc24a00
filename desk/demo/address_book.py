"""An invented address book beside the Parliament: an import, an organisation at a secret address, lists, a segment.

Nobody here exists. Whatever it makes says that it is a sample, and comes about through the functions that people use.
"""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from contacts import consent
from contacts.creating import create_person
from contacts.criteria import validate
from contacts.imports import uploading, working
from contacts.imports.deciding import Decisions
from contacts.imports.guessing import columns_of, mapping_from
from contacts.imports.tables import read_table
from contacts.models import Contact, ContactList, ImportFile, ImportRun, Interaction, LegalBasis, Organisation, Segment
from contacts.organising import save_organisation
from contacts.picking import Picks
from contacts.recording import write_down

FILE_NAME = "press-and-partners.invented.csv"
# One row cannot be read, on purpose: its address has a comma.
SHEET = """Given name;Family name;E-mail;Country;Language;Organisation;Post;Tags
Oriane;Valmontel;oriane.valmontel@lantern.example;France;fr;The Sample Lantern;Editor;press
Benedikt;Sturmhofer;b.sturmhofer@abendblick.example;Germany;de;Sample Abendblick;Correspondent in Brussels;press
Marit;Solhaugsen;marit@nordvind.example;Denmark;da;Sample Nordvind;Reporter;press
Teodora;Kalinarova;t.kalinarova@glas.example;Bulgaria;bg;Sample Glas;Reporter;press
Ruairí;Mac Sceilge;ruairi@openharbour.example;Ireland;en;Open Harbour (sample);Director;partner
Giulietta;Brunacorte;g.brunacorte@ponteverde.example;Italy;it;Ponte Verde (sample);Legal adviser;partner
Kacper;Wierzbologa;kacper@nowymost,example;Poland;pl;Nowy Most (sample);Adviser;partner
Saskia;van der Lindeveld;saskia@unionhall.example;Netherlands;nl;Union Hall (sample);Policy adviser;trade union
"""
HOUSE = "Harbour House (sample)"
HOUSE_FACTS = {
    "name": HOUSE,
    "kind": Organisation.Kind.NGO,
    "country": "IE",
    "represents": "An invented shelter.",
    "postal_address": "7 Invented Lane\nNowhere",
    "phone": "+999 555 0142",
    "email": "house@harbour.example",
    "is_confidential": True,
    "note": "Invented, to show how secret addresses are kept.",
}
NEWS = "Road Notes (sample)"
FRIENDS = "Quiet friends in LIBE and FEMM (sample)"
FRIENDS_RULE = {
    "all": [
        {"seat": {"committee": ["LIBE", "FEMM"], "role": ["chair", "vice_chair", "member"]}},
        {"any": [{"language": ["en", "fr", "de"]}, {"country": ["AT"]}, {"interaction": {"is": "yes"}}]},
        {"not": {"any": [{"written": {"days": 14, "is": "yes"}}, {"blocked": ["yes"]}]}},
    ]
}


def make_address_book(officer: User) -> None:
    """Make all of it at once, unless it is there."""
    if ContactList.objects.filter(name=NEWS).exists():
        return
    with transaction.atomic():
        _import_sheet(officer)
        _house(officer)
        _news(officer)
        _meetings(officer)
        _friends()


def _import_sheet(officer: User) -> None:
    """Upload the sheet, match its columns as they are guessed, check and apply it."""
    data = SHEET.encode()
    run = uploading.receive(data, FILE_NAME, actor=officer)
    columns, _last_time = columns_of(read_table(data, FILE_NAME, "", "", 60))
    chosen = {column.header: column.field for column in columns}
    run.options |= {"mapping": mapping_from(chosen), "matched": f"{len(chosen)} of {len(chosen)}"}
    ImportRun.objects.filter(pk=run.pk).update(options=run.options)
    run.move_to(ImportRun.Status.MAPPED, actor=officer)
    working.start(run, "check", actor=officer)
    preview = ImportFile.objects.get(run=run).preview
    working.start(run, "apply", actor=officer, decisions=Decisions(preview["digest"]))


def _house(officer: User) -> None:
    """An organisation at a secret address, and somebody who works there."""
    house = Organisation(is_platform=False)
    save_organisation(house, HOUSE_FACTS, types=list, actor=officer)
    person = {
        "given_name": "Fionnuala",
        "family_name": "Ní Chuanmara",
        "country": "IE",
        "gender": "F",
        "email": "fionnuala@harbour.example",
        "phone": "+999 555 0143",
        "is_confidential": True,
        "legal_basis": LegalBasis.AGREEMENT,
    }
    create_person(person, actor=officer, organisation=Organisation.objects.get(name=HOUSE), title="Coordinator")


def _news(officer: User) -> None:
    """Two lists; one with readers who confirmed, one who was asked, and one who left."""
    news = ContactList.objects.create(name=NEWS, description="Four invented issues a year on compensation.")
    ContactList.objects.create(name="Press releases (sample)", description="Nobody is on it yet.")
    consent.set_wording(news, "Send me Road Notes four times a year. I can leave with one click.", by=officer)
    readers = list(Contact.objects.filter(tags__name__in=["press", "partner"]).order_by("sort_key"))
    for reader in readers[:-1]:
        consent.confirm(reader, news, source="sample confirmation page")
    consent.leave(readers[0], news, source="sample link")
    consent.ask(readers[-1], news, source="sample subscribe page")


def _meetings(officer: User) -> None:
    """What was said, and what is to come, with two Members."""
    now = timezone.now()
    members = list(Contact.objects.filter(mandates__memberships__body__code="LIBE").distinct().order_by("sort_key")[:2])
    for days, kind, note in [
        (
            -40,
            Interaction.Kind.EVENT,
            "Asked who pays when the offender has nothing. We promised a summary.",
        ),
        (9, Interaction.Kind.MEETING, "To explain how the fund would work."),
    ]:
        for person in members:
            entry = {"kind": kind, "at": now + dt.timedelta(days=days), "with_whom": HOUSE, "note": note}
            write_down(person, entry, actor=officer)


def _friends() -> None:
    """A rule with groups in groups, and one person who is added by hand."""
    validate(FRIENDS_RULE)
    segment = Segment.objects.create(name=FRIENDS, criteria=FRIENDS_RULE)
    added = Contact.objects.filter(tags__name="partner").order_by("sort_key").values_list("pk", flat=True)[:1]
    Picks(added=set(added)).save(segment)
