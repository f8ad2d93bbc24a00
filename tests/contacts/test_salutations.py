"""A letter greets a person in its language, by gender where it is known, and SQL and Python say the same."""

import csv
from itertools import product

import pytest
from django.db.models import F, Value

from contacts.languages import REFERENCE, effective_language
from contacts.models import Contact, Salutation
from contacts.salutations import closing_expression, opening_expression, salutation_for
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(db):
    with (REFERENCE / "salutations.csv").open(encoding="utf-8", newline="") as file:
        Salutation.objects.bulk_create(
            Salutation(
                language=row["language"], gender=row["gender"], opening=row["salutation"], closing=row["closing"]
            )
            for row in csv.DictReader(file)
        )


def greet(language, **fields):
    fields = {"given_name": "Aoife", "family_name": "Brennan", **fields}
    return salutation_for(Contact(**fields), language)


def test_gender_chooses_the_form(table):
    assert greet("en", gender="F") == ("Dear Ms Brennan,", "Yours sincerely,")
    assert greet("de", gender="M")[0] == "Sehr geehrter Herr Brennan,"
    assert greet("sv", gender="M")[0] == "Bästa Aoife Brennan,"


def test_french_repeats_the_salutation_in_the_closing(table):
    opening, closing = greet("fr", gender="F")
    assert opening == "Madame la Députée,"
    assert "Madame la Députée" in closing


def test_unknown_gender_gets_the_neutral_form(table):
    assert greet("en", gender="X")[0] == "Dear Aoife Brennan,"
    assert greet("es", gender="X")[0] == "Señoría:"


def test_bulgarian_needs_a_cyrillic_name(table):
    neutral = "Уважаеми членове на Европейския парламент,"
    assert greet("bg", gender="F")[0] == neutral
    assert greet("bg", gender="F", given_name="Мария", family_name="Иванова")[0] == "Уважаема госпожо Иванова,"
    assert greet("bg", gender="F", given_name="Maria", family_name="Иванова")[0] == neutral
    assert greet("bg", gender="X", given_name="Мария", family_name="Иванова")[0] == neutral


def test_greek_forms_hold_no_name_and_so_need_none(table):
    assert greet("el", gender="F")[0] == "Αξιότιμη κυρία Ευρωβουλευτή,"
    assert greet("el", gender="X")[0] == "Αξιότιμη κυρία / Αξιότιμε κύριε,"


def test_a_greek_form_with_a_name_would_need_greek_letters(table):
    Salutation.objects.filter(language="el", gender="F").update(opening="Αξιότιμη κυρία {family_name},")
    assert greet("el", gender="F")[0] == "Αξιότιμη κυρία / Αξιότιμε κύριε,"
    named = greet("el", gender="F", given_name="Ελένη", family_name="Παπαδοπούλου")
    assert named[0] == "Αξιότιμη κυρία Παπαδοπούλου,"


def test_a_language_without_a_row_gets_the_english_neutral_form(table):
    assert greet("tr", gender="F") == ("Dear Aoife Brennan,", "Yours sincerely,")


def test_a_missing_name_is_never_a_gap_in_the_greeting(table):
    assert greet("en", gender="F", family_name="")[0] == "Dear Aoife,"
    assert greet("en", gender="F", given_name="")[0] == "Dear Ms Brennan,"
    assert greet("en", gender="F", given_name="", family_name="")[0] == ""
    assert greet("fr", gender="F", given_name="", family_name="")[0] == "Madame la Députée,"


def test_without_any_row_there_is_no_greeting(db):
    assert greet("en", gender="F") == ("", "")


NAMES = [
    ("Aoife", "Brennan"),
    ("Мария", "Иванова"),
    ("Ελένη", "Παπαδοπούλου"),
    ("Мария-Анна", "О’Хара Иванова"),
    ("Maria", "Иванова"),
    ("Łukasz", "Żółć"),
    ("", "Office"),
    ("Cher", ""),
    ("", ""),
    ("{family_name}", "O'{given_name}%s"),
]


def test_sql_and_python_agree_for_every_language_gender_and_script(table):
    people = [
        ContactFactory(given_name=given, family_name=family, gender=gender)
        for (given, family), gender in product(NAMES, "FMX")
    ]
    languages = [*Salutation.objects.values_list("language", flat=True).distinct().order_by("language"), "tr", ""]
    assert len(languages) == 27
    for language in languages:
        found = Contact.objects.annotate(
            opening=opening_expression(Value(language)), closing=closing_expression(Value(language))
        ).in_bulk()
        for person in people:
            row = found[person.pk]
            assert (row.opening, row.closing) == salutation_for(person, language), (language, person.name)


def test_the_language_may_be_an_annotation(table):
    ContactFactory(country="FR", gender="M", family_name="Leblanc")
    ContactFactory(country="DE", gender="M", family_name="Brandt", language="en")
    found = Contact.objects.annotate(given_language=effective_language()).annotate(
        opening=opening_expression(F("given_language")), closing=closing_expression(F("given_language"))
    )
    assert {person.family_name: person.opening for person in found} == {
        "Leblanc": "Monsieur le Député,",
        "Brandt": "Dear Mr Brandt,",
    }


def test_expressions_work_on_an_empty_table(db):
    ContactFactory()
    found = Contact.objects.annotate(opening=opening_expression(Value("en")), closing=closing_expression(Value("en")))
    assert [(row.opening, row.closing) for row in found] == [("", "")]


def test_the_freeze_can_insert_from_it(table):
    """INSERT … SELECT takes the expressions as they are: the SQL compiles as a subquery."""
    ContactFactory(gender="F", family_name="Byrne", country="IE")
    annotated = Contact.objects.annotate(opening=opening_expression(effective_language()))
    assert Contact.objects.filter(pk__in=annotated.filter(opening="Dear Ms Byrne,").values("pk")).count() == 1
