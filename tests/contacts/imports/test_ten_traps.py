"""The ten traps of real files, each by its number, on invented people in the publishers' own formats."""

import json
from datetime import date

import pytest
from babel import Locale

from contacts.imports.errors import ImportRefused
from contacts.imports.europarl import parse_meps
from contacts.imports.mapping import load_mapping
from contacts.imports.monthly import plain_address
from contacts.imports.running import apply
from contacts.imports.spreadsheet import parse_sheet
from contacts.models import Contact, Mandate, Membership, PersonCorrection
from contacts.names import sort_key
from tests.contacts.imports.builders import (
    LIST_DAY,
    hidden,
    import_list,
    import_monthly,
    import_sheet,
    kinds,
    member,
    monthly,
    monthly_member,
    of,
    row,
    sheet,
)  # fmt: skip

pytestmark = pytest.mark.django_db
NEXT_MONTH = date(2026, 4, 17)


def test_trap_1_an_address_is_never_guessed_from_a_name():
    import_monthly([monthly_member(1, name="Ana NOVAK", email="office17@europarl.europa.eu")])
    assert of(1).email == "office17@europarl.europa.eu"
    import_list([member(2, name="Ben OTHER")], NEXT_MONTH, release_held=True)
    import_sheet([row(3, email="")])
    assert (of(2).email, of(3).email) == ("", "")


def test_trap_2_a_name_that_changes_its_spelling_is_the_same_person():
    import_monthly([monthly_member(1, name="Nicu ŞTEFANESCU"), monthly_member(2, name="Jan BOSSBEISPIEL")])
    plan = import_monthly(
        [monthly_member(1, name="Nicu ȘTEFANESCU"), monthly_member(2, name="Jan BOẞBEISPIEL")], NEXT_MONTH
    )
    assert plan.counts()["changed"] == 2
    assert (of(1).family_name, of(2).family_name) == ("Ștefanescu", "Boßbeispiel")
    assert Contact.objects.count() == 2


def test_trap_3_capitals_are_not_title_cased_and_a_correction_stays(officer):
    names = ["David McSAMPLE", "Kathleen VAN VOORBEELD", "Margarita DE LA MUESTRA CARRIÓN", "Gaetano ESEMPIO'"]
    import_list([member(number, name=name) for number, name in enumerate(names, start=1)])
    assert [of(number).family_name for number in range(1, 5)] == [
        "McSample", "Van Voorbeeld", "De la Muestra Carrión", "Esempio'",
    ]  # fmt: skip
    contact = of(2)
    contact.family_name = "van Voorbeeld"
    contact.save()
    PersonCorrection.objects.create(contact=contact, field="family_name", value="van Voorbeeld", by=officer)
    import_list([member(number, name=name) for number, name in enumerate(names, start=1)], NEXT_MONTH)
    assert of(2).family_name == "van Voorbeeld"


def test_trap_3_the_natural_case_of_the_open_data_api_wins():
    import_list([member(1, name="Kathleen VAN VOORBEELD")])
    person = {
        "type": "Person", "identifier": "900001", "label": "Kathleen VAN VOORBEELD", "familyName": "van Voorbeeld",
        "givenName": "Kathleen",
    }  # fmt: skip
    apply(parse_meps(json.dumps({"data": [person]}).encode(), file_name="meps.json", as_of=LIST_DAY))
    assert of(1).family_name == "van Voorbeeld"


def test_trap_4_people_are_sorted_by_a_key_that_knows_letters_beyond_ascii():
    names = ["Zeta", "Ångström", "Örn", "Łaski", "Čapek", "Ábel", "Ștefan", "Ohm", "Ščerba", "Lada", "Đorđe", "Dora"]
    import_list([member(number, name=f"Given {name.upper()}") for number, name in enumerate(names, start=1)])
    found = list(Contact.objects.values_list("family_name", flat=True))
    assert found == [
        "Ábel", "Ångström", "Čapek", "Dora", "Đorđe", "Lada", "Łaski", "Ohm", "Örn", "Ščerba", "Ștefan", "Zeta",
    ]  # fmt: skip
    letters = "áàâäãåăąćčçđďéèêëęěėēģíìîïīįķľłļńňñņóòôöõőøōřśšșşťțţúùûüůűūųýźžżßæœþð"
    assert all(sort_key(letter).isascii() for letter in letters)


@pytest.mark.parametrize(
    ("label", "code"), [("EL", "GR"), ("GR", "GR"), ("el", "GR"), ("UK", "GB"), ("GB", "GB"), ("uk", "GB")]
)
def test_trap_5_a_country_has_several_codes(label, code):
    import_sheet([row(1, country=label)])
    assert of(1).country == code


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("EPP", "EPP"), ("PPE", "EPP"), ("NI", "NI"), ("NA", "NI"), ("Renew", "RENEW"), ("RE", "RENEW"),
        ("S&D", "SD"), ("S-D", "SD"), ("Patriots", "PFE"), ("PfE", "PFE"), ("GUE/NGL", "THE_LEFT"),
        ("The Left", "THE_LEFT"), ("Verts/ALE", "GREENS_EFA"), ("Greens/EFA", "GREENS_EFA"),
    ],
)  # fmt: skip
def test_trap_5_a_group_has_several_names(label, code):
    import_sheet([row(1, eugroup=label)])
    assert Membership.objects.get(body__kind="group").body.code == code


def test_trap_5_countries_are_known_in_every_language_of_the_union():
    for language in ("fr", "de", "el", "pl", "fi"):
        label = Locale.parse(language).territories["GR"]
        pull = parse_meps(monthly([monthly_member(1, country=label)]), file_name="m.json", as_of=LIST_DAY)
        assert pull.records[0].country == "GR"


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("a@office.example; b@office.example", ""),
        ("a@office.example / b@office.example", ""),
        ("", ""),
        ("N/A", ""),
        ("someone@party.example", "someone@party.example"),
    ],
)
def test_trap_6_a_cell_with_several_addresses_none_or_one_elsewhere(cell, kept):
    plan = import_sheet([row(1, email=cell), row(2, email="given2@europarl.europa.eu")])
    assert of(1).email == kept
    assert ("outside" in kinds(plan)) is bool(kept)


def test_trap_6_the_address_of_another_member_goes_to_nobody_until_it_is_known_whose_it_is():
    both = [monthly_member(1, email="one@europarl.europa.eu"), monthly_member(2, email="one@europarl.europa.eu")]
    plan = import_monthly(both)
    assert kinds(plan).count("shared_address") == 2
    assert (of(1).email, of(2).email) == ("", "")


def test_trap_6_the_address_of_another_member_stays_with_its_owner():
    import_monthly([monthly_member(1, email="one@europarl.europa.eu"), monthly_member(2, email="two@party.example")])
    both = [monthly_member(1, email="one@europarl.europa.eu"), monthly_member(2, email="one@europarl.europa.eu")]
    plan = import_monthly(both, NEXT_MONTH)
    assert kinds(plan) == ["shared_address"]
    assert (of(1).email, of(2).email) == ("one@europarl.europa.eu", "two@party.example")


def test_trap_7_a_windows_1252_file_is_refused_until_its_encoding_is_said():
    data = sheet([row(1, first_name="Zoë", last_name="MÜSTER")]).decode().encode("windows-1252")
    with pytest.raises(ImportRefused, match="not in UTF-8"):
        parse_sheet(data, file_name="s.csv", mapping=load_mapping("parltrack"), as_of=LIST_DAY)
    pull = parse_sheet(
        data, file_name="s.csv", mapping=load_mapping("parltrack"), as_of=LIST_DAY, encoding="windows-1252"
    )
    assert pull.records[0].given_name == "Zoë"


@pytest.mark.parametrize("lost", ["M?STER", "M\ufffdSTER", "MÃ¼STER"])
def test_trap_7_letters_that_were_lost_on_the_way_are_flagged_and_not_taken_over(lost):
    import_list([member(1, name="Ana MÜSTER")])
    plan = import_list([member(1, name=f"Ana {lost}")], NEXT_MONTH)
    assert kinds(plan) == ["lost_letters"]
    assert of(1).family_name == "Müster"


def test_trap_8_a_pull_without_any_address_is_held_and_wipes_nothing():
    import_monthly([monthly_member(number) for number in range(1, 31)])
    before = list(Contact.objects.order_by("id").values_list("email", "family_name", "changed_at"))
    plan = import_monthly([monthly_member(number, email="", party="Other") for number in range(1, 31)], NEXT_MONTH)
    assert plan.hold_reason.startswith("The file has no e-mail address at all")
    assert list(Contact.objects.order_by("id").values_list("email", "family_name", "changed_at")) == before


def test_trap_8_a_released_pull_without_addresses_wipes_none_of_them_either():
    import_monthly([monthly_member(number) for number in range(1, 31)])
    import_monthly([monthly_member(number, email="") for number in range(1, 31)], NEXT_MONTH, release_held=True)
    assert Contact.objects.filter(email="").count() == 0


def test_trap_8_a_pull_with_five_percent_fewer_members_is_held_and_ends_no_mandate():
    import_monthly([monthly_member(number) for number in range(1, 101)])
    plan = import_monthly([monthly_member(number) for number in range(1, 96)], NEXT_MONTH)
    assert plan.counts()["held"] == 5
    assert Mandate.objects.open().count() == 100


def test_trap_8_the_list_after_an_election_is_held_until_a_person_releases_it():
    import_monthly([monthly_member(number) for number in range(1, 41)], date(2024, 6, 17))
    after = [monthly_member(number) for number in range(21, 61)]
    plan = import_monthly(after, date(2024, 7, 17))
    assert plan.hold_reason.startswith("A new term began: 20 of the 40 sitting members are not in the list, and 20")
    assert Mandate.objects.open().count() == 40
    assert Contact.objects.count() == 40
    plan = import_monthly(after, date(2024, 7, 17), release_held=True)
    assert plan.counts() == {"new": 20, "changed": 20, "unchanged": 0, "gone": 20, "held": 0}
    assert of(25).mandates.count() == 2


def test_trap_9_members_leave_and_return_with_the_dates_of_both():
    import_monthly([monthly_member(number) for number in range(1, 31)])
    import_monthly([monthly_member(number) for number in range(1, 30)], NEXT_MONTH)
    import_monthly([monthly_member(number) for number in range(1, 31)], date(2026, 5, 17))
    first, second = of(30).mandates.order_by("id")
    assert (first.ended_on, second.started_on, second.ended_on) == (NEXT_MONTH, date(2026, 5, 17), None)


def test_trap_9_group_and_party_change_inside_a_term_and_the_old_seat_keeps_its_dates():
    import_monthly([monthly_member(1, group="Renew Europe Group", party="Old")])
    import_monthly([monthly_member(1, group="Non-attached Members", party="New")], NEXT_MONTH)
    seats = Membership.objects.order_by("id").values_list("body__code", "started_on", "ended_on")
    assert list(seats) == [("RENEW", None, NEXT_MONTH), ("NI", NEXT_MONTH, None)]
    assert Mandate.objects.get().national_party == "New"


def test_trap_10_gender_may_be_missing_and_the_letter_gets_the_neutral_salutation():
    from contacts.reference import load_reference
    from contacts.salutations import salutation_for

    load_reference()
    import_sheet([row(1, gender="", first_name="Mika", last_name="AALTO")])
    assert of(1).gender == "X"
    assert salutation_for(of(1), "en")[0] == "Dear Mika Aalto,"


@pytest.mark.parametrize(
    ("hidden_text", "address"),
    [
        ("ue[dot]aporue.lraporue[at]kavon.ana", "ana.novak@europarl.europa.eu"),
        ("mailto:elpmaxe[dot]eciffo[at]ana", "ana@office.example"),
        ("ana@office.example", "ana@office.example"),
        ("", ""),
    ],
)
def test_a_profile_page_hides_its_address_and_we_read_it(hidden_text, address):
    assert plain_address(hidden_text) == address
    assert plain_address(hidden(address)) == address
