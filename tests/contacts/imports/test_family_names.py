"""Family names come in capitals: a readable form is worked out, marked as a guess, and gives way to better ones."""

from datetime import date

import pytest

from contacts.names import readable_family_name, same_letters, split_full_name
from tests.contacts.imports.builders import SAMPLES, import_list, import_sheet, member, of, row, run_json


@pytest.mark.parametrize(
    ("full_name", "given", "family"),
    [
        ("Mika AALTO", "Mika", "AALTO"),
        ("Juan Pablo LÓPEZ EJEMPLO", "Juan Pablo", "LÓPEZ EJEMPLO"),
        ("Ana Maria GERINGER de MUESTRA", "Ana Maria", "GERINGER de MUESTRA"),
        ("Diana RIBA I MOSTRA", "Diana", "RIBA I MOSTRA"),
        ("Heinz K. BEISPIEL", "Heinz K.", "BEISPIEL"),
        ("Ciarán Ó SAMPLAÍ", "Ciarán", "Ó SAMPLAÍ"),
        ("Pilar del EJEMPLO VERA", "Pilar", "del EJEMPLO VERA"),
        ("David McSAMPLE", "David", "McSAMPLE"),
        ("Rosa D'ESEMPIO", "Rosa", "D'ESEMPIO"),
        ("ALL CAPITALS", "ALL", "CAPITALS"),
        ("Natural Case", "Natural", "Case"),
        ("Mononym", "", "Mononym"),
    ],
)
def test_a_full_name_is_split_where_its_capitals_begin(full_name, given, family):
    assert split_full_name(full_name) == (given, family)


@pytest.mark.parametrize(
    ("capitals", "readable"),
    [
        ("AALTO", "Aalto"),
        ("McALLISTER", "McAllister"),
        ("MCALLISTER", "McAllister"),
        ("MCHEDLISHVILI", "Mchedlishvili"),
        ("MacMANUS", "MacManus"),
        ("VAN BREMPT", "Van Brempt"),
        ("VAN DEN BERG", "Van den Berg"),
        ("VON DER PROBE", "von der Probe"),
        ("DE LA PISA CARRIÓN", "De la Pisa Carrión"),
        ("PASCUAL DE LA PARTE", "Pascual de la Parte"),
        ("PEDULLA'", "Pedulla'"),
        ("BOẞDORF", "Boßdorf"),
        ("AL-SAHLANI", "Al-Sahlani"),
        ("GARCÍA HERMIDA-VAN DER WALLE", "García Hermida-van der Walle"),
        ("O'FLYNN", "O'Flynn"),
        ("D'AMATO", "D'Amato"),
        ("REVAULT D'ALLONNES", "Revault d'Allonnes"),
        ("Ó RÍORDÁIN", "Ó Ríordáin"),
        ("NÍ MHURCHÚ", "Ní Mhurchú"),
        ("RIBA I GINER", "Riba i Giner"),
        ("GERINGER de OEDENBERG", "Geringer de Oedenberg"),
        ("ŠIMEČKA", "Šimečka"),
        ("ŞOŞOACĂ", "Şoşoacă"),
        ("İNAN", "İnan"),
    ],
)
def test_a_readable_form_is_worked_out_and_marked_as_a_guess(capitals, readable):
    assert readable_family_name(capitals) == (readable, True)


def test_dutch_ij_is_one_letter_and_latvian_is_two():
    assert readable_family_name("IJSVOORBEELD", "NL")[0] == "IJsvoorbeeld"
    assert readable_family_name("IJABS", "LV")[0] == "Ijabs"


@pytest.mark.parametrize("name", ["Di Rupo", "van Voorbeeld", "McAllister", "Ó Ríordáin"])
def test_a_name_in_natural_case_is_left_as_it_is(name):
    assert readable_family_name(name) == (name, False)


def test_the_sharp_s_is_a_spelling_of_its_own():
    assert same_letters("BOẞDORF", "Boßdorf")
    assert not same_letters("BOSSDORF", "Boßdorf")


@pytest.mark.django_db
def test_a_guess_is_marked_and_the_api_s_own_spelling_replaces_it_even_from_an_older_file():
    import_list([member(2, name="Bram VAN VOORBEELD", country="Belgium")], date(2026, 4, 1))
    assert (of(2).family_name, of(2).family_name_is_guessed) == ("Van Voorbeeld", True)
    run_json("import_meps", SAMPLES / "meps_900002_detail_2026-03-20.json", "--apply")
    assert (of(2).family_name, of(2).family_name_is_guessed) == ("van Voorbeeld", False)


@pytest.mark.django_db
def test_a_later_list_in_capitals_does_not_bring_the_guess_back():
    import_list([member(2, name="Bram VAN VOORBEELD", country="Belgium")])
    run_json("import_meps", SAMPLES / "meps_900002_detail_2026-03-20.json", "--apply")
    import_list([member(2, name="Bram VAN VOORBEELD", country="Belgium")], date(2026, 6, 1))
    assert (of(2).family_name, of(2).family_name_is_guessed) == ("van Voorbeeld", False)


@pytest.mark.django_db
def test_a_sheet_with_two_columns_is_read_alike():
    import_sheet([row(first_name="David", last_name="McSAMPLE")])
    assert of(1).name == "David McSample"
