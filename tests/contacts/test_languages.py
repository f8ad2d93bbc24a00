"""The country gives a language until the contact has one of their own; SQL and Python agree."""

from django.utils import translation

from contacts.languages import (
    content_languages,
    country_name,
    default_languages,
    effective_country,
    effective_language,
    language_name,
    preferred_language,
    script_of,
    shares_languages,
)
from contacts.models import Contact
from tests.factories import ContactFactory


def test_the_first_official_language_of_the_table_is_the_default():
    assert [preferred_language(code) for code in ["IE", "BE", "LU", "CY", "MT", "FI", "GR"]] == [
        "en",
        "nl",
        "fr",
        "el",
        "mt",
        "fi",
        "el",
    ]


def test_beyond_the_union_it_is_the_official_one_and_english_where_nothing_is_known():
    assert preferred_language("UA") == "uk"
    assert preferred_language("CH") == "de"
    assert preferred_language("GB") == "en"
    assert preferred_language("ZZ") == preferred_language("") == "en"


def test_countries_whose_language_is_only_a_guess_are_known():
    assert all(shares_languages(code) for code in ["BE", "LU", "CY", "IE", "MT", "FI"])
    assert not shares_languages("FR")


def test_names_come_in_the_readers_language():
    assert language_name("fr") == "French"
    assert country_name("TR") == "Türkiye"
    with translation.override("de"):
        assert language_name("mt") == "Maltesisch"
        assert country_name("GR") == "Griechenland"
    assert language_name("xx-unknown") == "xx-unknown"


def test_the_unions_24_languages_come_first():
    assert content_languages()[:3] == ("bg", "es", "cs")
    assert {"mt", "ga", "uk"} <= set(content_languages())


def test_scripts_are_known():
    assert [script_of(code) for code in ["bg", "el", "uk", "fr", "??"]] == ["Cyrl", "Grek", "Cyrl", "Latn", "Latn"]


def test_sql_gives_the_same_language_for_every_country(db):
    for country in [*default_languages(), "ZZ", ""]:
        ContactFactory(country=country)
    ContactFactory(country="BE", language="fr")
    for row in Contact.objects.annotate(found=effective_language()):
        assert row.found == (row.language or preferred_language(row.country)), row.country


def test_an_mep_is_written_to_in_the_language_of_the_mandates_country(parliament):
    person = parliament.mep("Moved", country="FR")
    Contact.objects.filter(pk=person.pk).update(country="IE")
    row = Contact.objects.annotate(found=effective_language(), land=effective_country()).get()
    assert (row.found, row.land) == ("fr", "FR")
    person.mandates.update(ended_on="2026-01-01")
    assert Contact.objects.annotate(found=effective_language()).get().found == "en"
