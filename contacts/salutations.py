"""How a letter to a person opens and closes: by language and gender, from the table a person can check.

One rule, used in Python and in SQL: the form for the person's gender; the neutral form when the gender is unknown,
or when the form needs a name we lack or have in the wrong script (a Bulgarian "Уважаема госпожо …" before a name in
Latin letters); the English neutral form when the language has no row. Where every form needs a name and there is
none, the opening is empty, and a letter's checklist stops there.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Case, CharField, Expression, F, Q, Value, When
from django.db.models.functions import Concat, Replace, Trim

from contacts.expressions import Lookup
from contacts.languages import FALLBACK, script_of
from contacts.models import Contact, Salutation
from contacts.models.people import Gender

FULL_NAME = "{given_name} {family_name}"
# What a contact's name is good for. Letters of a script, and what stands between the parts of a name.
NAMELESS, GIVEN_ONLY, LATIN = "none", "given", "Latn"
SCRIPTS = {"Cyrl": "^[Ѐ-ӿ .'’-]*$", "Grek": "^[Ͱ-Ͽἀ-῿ .'’-]*$"}
SHAPES = (NAMELESS, GIVEN_ONLY, LATIN, *SCRIPTS)


@dataclass(frozen=True)
class Form:
    """One row of the table: opening and closing, with {given_name} and {family_name} still in place."""

    opening: str
    closing: str

    @property
    def has_name(self) -> bool:
        """Whether the opening calls the person by name."""
        return "{given_name}" in self.opening or "{family_name}" in self.opening

    def suits(self, language: str, shape: str) -> bool:
        """Whether a name of this shape can stand in the opening."""
        if not self.has_name:
            return True
        if shape == NAMELESS:
            return False
        if shape == GIVEN_ONLY:
            return FULL_NAME in self.opening and script_of(language) == LATIN
        return script_of(language) in (LATIN, shape)


class SalutationTable:
    """All rows of the table, read once. Make one for many people."""

    @cached_property
    def rows(self) -> dict[tuple[str, str], Form]:
        """(language, gender) → form."""
        found = Salutation.objects.values_list("language", "gender", "opening", "closing")
        return {(language, gender): Form(opening, closing) for language, gender, opening, closing in found}

    @property
    def languages(self) -> list[str]:
        """Languages with a row."""
        return sorted({language for language, _gender in self.rows})

    def form(self, language: str, gender: str, shape: str) -> Form:
        """The form for a person of this gender whose name has this shape."""
        neutral = Gender.UNKNOWN.value
        wanted = [(language, gender), (language, neutral), (FALLBACK, neutral)]
        known = [(key, self.rows[key]) for key in wanted if key in self.rows]
        for key, form in known:
            if form.suits(key[0], shape):
                return form
        for key, form in known:
            if key[1] == neutral:
                return Form("", form.closing)
        return Form("", "")


def salutation_for(contact: Contact, language: str, *, table: SalutationTable | None = None) -> tuple[str, str]:
    """Opening and closing of a letter in `language` to this contact. Give `table` when asking for many."""
    form = (table or SalutationTable()).form(language, contact.gender, name_shape(contact))
    opening = form.opening.replace(FULL_NAME, contact.name)
    opening = opening.replace("{family_name}", contact.family_name).replace("{given_name}", contact.given_name)
    return opening, form.closing


def name_shape(contact: Contact) -> str:
    """What the contact's name is good for: "none", "given", or the script it is written in."""
    if not contact.family_name:
        return GIVEN_ONLY if contact.given_name else NAMELESS
    for script, pattern in SCRIPTS.items():
        if re.search(pattern, contact.given_name) and re.search(pattern, contact.family_name):
            return script
    return LATIN


def opening_expression(
    language: Expression | F, *, table: SalutationTable | None = None, shape: Expression | F | None = None
) -> Expression:
    """SQL on Contact: the opening in the language that `language` gives. Reads the table when it is built.

    Give `shape` where a query has worked `shape_expression()` out already.
    """
    table = table or SalutationTable()
    openings = {key: form.opening for key, form in _every_form(table).items()}
    template = Lookup(_key(table, language, shape), openings, _english(table).opening)
    full_name = Trim(Concat(F("given_name"), Value(" "), F("family_name")))
    names: list[tuple[str, Any]] = [
        (FULL_NAME, full_name),
        ("{family_name}", F("family_name")),
        ("{given_name}", F("given_name")),
    ]
    opening: Expression = template
    for placeholder, name in names:
        opening = Replace(opening, Value(placeholder), name, output_field=CharField(max_length=400))
    return opening


def closing_expression(
    language: Expression | F, *, table: SalutationTable | None = None, shape: Expression | F | None = None
) -> Expression:
    """SQL on Contact: the closing that belongs to `opening_expression`."""
    table = table or SalutationTable()
    closings = {key: form.closing for key, form in _every_form(table).items()}
    return Lookup(_key(table, language, shape), closings, _english(table).closing)


def shape_expression() -> Expression:
    """SQL on Contact: `name_shape()`."""
    return Case(
        When(Q(family_name="") & Q(given_name=""), then=Value(NAMELESS)),
        When(family_name="", then=Value(GIVEN_ONLY)),
        *(
            When(Q(given_name__regex=pattern) & Q(family_name__regex=pattern), then=Value(script))
            for script, pattern in SCRIPTS.items()
        ),
        default=Value(LATIN),
        output_field=CharField(max_length=5),
    )


def _every_form(table: SalutationTable) -> dict[str, Form]:
    """The key of `_key` → form, for every language, gender and shape of a name."""
    # "-" stands for the languages without a row.
    return {
        f"{language}|{gender}|{shape}": table.form(language, gender, shape)
        for language in [*table.languages, "-"]
        for gender in Gender.values
        for shape in SHAPES
    }


def _english(table: SalutationTable) -> Form:
    return table.rows.get((FALLBACK, Gender.UNKNOWN.value), Form("", ""))


def _key(table: SalutationTable, language: Expression | F, shape: Expression | F | None) -> Expression:
    known = Lookup(language, {code: code for code in table.languages}, "-")
    parts = [known, Value("|"), F("gender"), Value("|"), shape or shape_expression()]
    return Concat(*parts, output_field=CharField(max_length=40))
