"""Every importer: who was erased stays out, who objected or left a list stays blocked."""

import io
import json

import pytest
from openpyxl import Workbook

from contacts import consent
from contacts.erasure import erase
from contacts.imports.europarl import parse_meps
from contacts.imports.mapping import load_mapping
from contacts.imports.running import apply
from contacts.imports.spreadsheet import parse_sheet
from contacts.imports.undoing import take_back
from contacts.models import Contact, ImportRun, Mandate, Subscription, Suppression
from contacts.models.runs import WrongStatus
from contacts.suppression import suppress
from tests.contacts.imports.builders import (
    LIST_DAY,
    full_list,
    kinds,
    members,
    monthly,
    monthly_member,
    row,
    sheet,
)
from tests.factories import ContactFactory, MandateFactory

pytestmark = pytest.mark.django_db
# The address that the builders give member 1; the others of a list keep it from being held.
ADDRESS = "given1@europarl.europa.eu.example"
NUMBER = 900_001
OTHERS = range(2, 7)


def xml_list():
    return parse_meps(full_list(members(6)), file_name="list.xml", as_of=LIST_DAY)


def open_data_list():
    people = [{"type": "Person", "identifier": str(900_000 + n), "givenName": f"Given{n}", "familyName": f"Family{n}",
               "api:country-of-representation": "IE", "api:political-group": "Renew"} for n in range(1, 7)]  # fmt: skip
    return parse_meps(json.dumps({"data": people}).encode(), file_name="show-current.json", as_of=LIST_DAY)


def open_data_detail():
    person = {"type": "Person", "identifier": str(NUMBER), "givenName": "Given1", "familyName": "Family",
              "hasEmail": f"mailto:{ADDRESS}", "hasMembership": []}  # fmt: skip
    return parse_meps(json.dumps({"data": [person]}).encode(), file_name="detail.json", as_of=LIST_DAY)


def monthly_pull():
    entries = [monthly_member(1, name="Given1 FAMILYB", email=ADDRESS), *(monthly_member(n) for n in OTHERS)]
    return parse_meps(monthly(entries), file_name="meps.json", as_of=LIST_DAY)


def parltrack_json():
    person = {"epid": NUMBER, "first_name": "Given1", "last_name": "FAMILYB", "mail": ADDRESS, "active": True,
              "eugroup": "Renew", "constituency": {"country": "ie", "party": "Sample Party"}}  # fmt: skip
    return parse_meps(json.dumps([person]).encode(), file_name="parltrack.json", as_of=LIST_DAY)


def parltrack_csv():
    return parse_sheet(sheet([row(1), row(2)]), file_name="p.csv", mapping=load_mapping("parltrack"), as_of=LIST_DAY)


GUEST = {"name": "Given1 Familyb", "email": ADDRESS.upper(), "country": "IE", "tags": "event guest"}


def guests_csv():
    return parse_sheet(sheet([GUEST]), file_name="g.csv", mapping=load_mapping("generic"), as_of=LIST_DAY)


def members_csv():
    """Known by the number alone; the sheet gives another address."""
    data = sheet([GUEST | {"email": "new@home.example", "mep id": str(NUMBER)}])
    return parse_sheet(data, file_name="g.csv", mapping=load_mapping("generic"), as_of=LIST_DAY)


def guests_workbook():
    book, out = Workbook(), io.BytesIO()
    for cells in (list(GUEST), list(GUEST.values())):
        book.active.append(cells)
    book.save(out)
    return parse_sheet(out.getvalue(), file_name="g.xlsx", mapping=load_mapping("generic"), as_of=LIST_DAY)


IMPORTERS = [
    xml_list, open_data_list, open_data_detail, monthly_pull, parltrack_json, parltrack_csv,
    guests_csv, members_csv, guests_workbook,
]  # fmt: skip
WITH_ADDRESS = [importer for importer in IMPORTERS if importer not in (xml_list, open_data_list, members_csv)]


@pytest.fixture
def known(db):
    person = ContactFactory(given_name="Given1", family_name="Familyb", email=ADDRESS, country="IE")
    MandateFactory(contact=person, ep_id=NUMBER)
    for number in OTHERS:
        MandateFactory(ep_id=900_000 + number)
    return person


@pytest.mark.parametrize("importer", IMPORTERS)
def test_who_was_erased_stays_out(importer, known, officer):
    erase(known, actor=officer, reason="asked")
    before = Contact.objects.living().count()
    plan = apply(importer(), release_held=True)
    assert "erased" in kinds(plan)
    assert Contact.objects.living().count() == before
    assert not Mandate.objects.filter(ep_id=NUMBER).exists()
    assert not Contact.objects.filter(email_key=ADDRESS).exists()
    assert Contact.objects.get(pk=known.pk).name == ""


@pytest.mark.parametrize("importer", IMPORTERS)
def test_without_the_erasure_the_same_file_brings_the_person(importer, db):
    """The control: these files do make or change somebody."""
    for number in OTHERS:
        MandateFactory(ep_id=900_000 + number)
    others = list(Contact.objects.values_list("pk", flat=True))
    apply(importer(), release_held=True)
    made = Contact.objects.filter(given_name="Given1").exclude(pk__in=others)
    assert made.count() == (0 if importer is open_data_detail else 1)


@pytest.mark.parametrize("importer", WITH_ADDRESS)
def test_who_objected_or_left_stays_blocked(importer, known, news, officer):
    consent.confirm(known, news, source="confirm page")
    consent.end(known, news, actor=officer)
    suppress(known, reason="complaint")
    before = set(Suppression.objects.values_list("email_digest", "scope", "reason"))
    apply(importer(), release_held=True)
    assert set(Suppression.objects.values_list("email_digest", "scope", "reason")) == before
    assert Subscription.objects.get(contact=known).status == "unsubscribed"
    assert Contact.objects.get(pk=known.pk).email_digest in {digest for digest, _scope, _reason in before}


@pytest.mark.parametrize("is_new", [True, False])
def test_no_undo_brings_back_who_was_erased(is_new, officer):
    if not is_new:
        ContactFactory(given_name="", family_name="", email=ADDRESS, country="")
    apply(guests_csv(), release_held=True)
    run = ImportRun.objects.get()
    person = Contact.objects.get(email_key=ADDRESS)
    assert run.changes
    erase(person, actor=officer, reason="asked")
    run.refresh_from_db()
    assert run.changes == []
    assert not run.can_be_taken_back
    with pytest.raises(WrongStatus):
        take_back(run, actor=officer)
    person.refresh_from_db()
    assert (person.name, person.email, person.country) == ("", "", "")


def test_an_undo_puts_the_others_back_and_leaves_the_erased_one(officer):
    ContactFactory(given_name="", family_name="", email=ADDRESS, country="")
    ben = ContactFactory(given_name="", family_name="", email="ben@home.example", country="")
    rows = [GUEST, {"name": "Ben Breen", "email": "ben@home.example", "country": "FR", "tags": ""}]
    apply(parse_sheet(sheet(rows), file_name="g.csv", mapping=load_mapping("generic"), as_of=LIST_DAY))
    person = Contact.objects.get(email_key=ADDRESS)
    erase(person, actor=officer, reason="asked")
    take_back(ImportRun.objects.get(), actor=officer)
    person.refresh_from_db()
    ben.refresh_from_db()
    assert (person.name, person.email) == ("", "")
    assert (ben.name, ben.country) == ("", "")
