"""The reference tables, and loading them as often as one likes."""

from datetime import date

import pytest

from contacts.imports import vocabulary
from contacts.models import Body, Organisation, OrganisationMembership, Salutation
from contacts.reference import load_reference, table, term_on
from tests.contacts.imports.builders import run


@pytest.mark.django_db
def test_the_tables_are_loaded_once_and_then_nothing_is_made():
    made = load_reference()
    assert made["salutations"] == len(table("salutations")) == Salutation.objects.count()
    assert made["bodies"] == len(table("groups")) + len(table("committees"))
    assert made["organisations"] == len(table("members"))
    assert load_reference() == {"bodies": 0, "salutations": 0, "organisations": 0}
    assert "Made 0 bodies" in run("load_reference")


@pytest.mark.django_db
def test_member_organisations_have_their_membership():
    load_reference()
    counts = {kind: OrganisationMembership.objects.filter(kind=kind).count() for kind in ("member", "associate")}
    assert counts == {"member": 26, "associate": 2}
    assert OrganisationMembership.objects.filter(is_founder=True).count() == 8
    assert Organisation.objects.filter(memberships__kind="partner").count() == 1


@pytest.mark.django_db
def test_what_a_person_changed_stays():
    load_reference()
    Salutation.objects.filter(language="en", gender="F").update(opening="Dear Madam,", is_checked=True)
    body = Body.objects.get(code="LIBE")
    body.aliases.append("Ausschuss für bürgerliche Freiheiten")
    body.name = "Old name"
    body.save()
    Organisation.objects.filter(name=table("members")[0]["name"]).update(country="XX")
    load_reference()
    assert Salutation.objects.get(language="en", gender="F").opening == "Dear Madam,"
    body.refresh_from_db()
    assert "Ausschuss für bürgerliche Freiheiten" in body.aliases
    assert body.name == "Civil Liberties, Justice and Home Affairs"
    assert Organisation.objects.filter(country="XX").exists()


def test_no_salutation_of_the_tables_counts_as_checked():
    assert {row["gender"] for row in table("salutations")} == {"F", "M", "X"}


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("EL", "GR"), ("GR", "GR"), ("Grèce", "GR"), ("UK", "GB"), ("GB", "GB"), ("Royaume-Uni", "GB"), ("uk", "GB"),
        ("Tschechien", "CZ"), ("Tchéquie", "CZ"), ("Czech Republic", "CZ"), ("Česko", "CZ"), ("AUT", "AT"),
        ("Österreich", "AT"), ("Ελλάδα", "GR"), ("България", "BG"), ("Éire", "IE"), ("Magyarország", "HU"),
        ("Niderlandy", "NL"), ("Ukraine", "UA"), ("moldova", "MD"), ("North Macedonia", "MK"), ("Türkiye", "TR"),
    ],
)  # fmt: skip
def test_countries_are_known_in_every_language_and_style(label, code):
    assert vocabulary.country(label) == code


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("EPP", "EPP"), ("PPE", "EPP"), ("S&D", "SD"), ("S-D", "SD"), ("NI", "NI"), ("NA", "NI"), ("Renew", "RENEW"),
        ("RE", "RENEW"), ("Patriots", "PFE"), ("PfE", "PFE"), ("GUE/NGL", "THE_LEFT"), ("The Left", "THE_LEFT"),
        ("Verts/ALE", "GREENS_EFA"), ("Greens/EFA", "GREENS_EFA"), ("ESN", "ESN"), ("Fraktionslos", "NI"),
        ("Group of the European People’s Party", "EPP"), ("Fraktion Renew Europe", "RENEW"),
        ("Fraktion der Europäischen Konservativen und Reformer", "ECR"),
    ],
)  # fmt: skip
def test_groups_are_known_by_every_alias(label, code):
    assert vocabulary.group(label, date(2024, 10, 14)) == code


@pytest.mark.parametrize(
    ("label", "role"),
    [("C", "chair"), ("V", "vice_chair"), ("M", "member"), ("S", "substitute"), ("CHAIR_VICE", "vice_chair"),
     ("Vice-Chair", "vice_chair"), ("Suppléante", "substitute"), ("Stellvertretende Vorsitzende", "vice_chair")],
)  # fmt: skip
def test_roles_are_known_by_code_letter_and_word(label, role):
    assert vocabulary.role(label) == role


def test_the_term_of_a_day():
    days = [(date(2019, 7, 1), 8), (date(2019, 7, 2), 9), (date(2024, 7, 15), 9), (date(2024, 7, 16), 10)]
    assert [term_on(day) for day, _term in days] == [term for _day, term in days]
