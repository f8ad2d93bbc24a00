"""Fields in which one writes names, one a line: organisations and bodies. No list is too long for it."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.models import Body, Organisation
from contacts.names import sort_key


class NamesField(forms.CharField):
    """Names, one a line, as rows. `known`: row and name by folded name; `not_known`: a sentence with %(name)s."""

    def __init__(self, *, known: Callable[[], Mapping[str, tuple[Any, str]]], not_known: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea({"class": "textarea", "rows": 3}))
        super().__init__(max_length=10_000, required=False, **kwargs)
        self.known = known
        self.sentence = not_known

    def clean(self, value: Any) -> list[Any]:
        """The rows of the names, each once, in the order they were written."""
        lines = [" ".join(line.split()) for line in str(super().clean(value)).splitlines()]
        lines = [line for line in lines if line]
        if not lines:
            return []
        known = self.known()
        found, errors = [], []
        for line in lines:
            row = known.get(sort_key(line))
            if row is None:
                errors.append(self.sentence % {"name": line} + _nearest(line, known))
            else:
                found.append(row[0])
        if errors:
            raise ValidationError(errors)
        return list(dict.fromkeys(found))


def _nearest(line: str, known: Mapping[str, tuple[Any, str]]) -> str:
    near = get_close_matches(sort_key(line), list(known), n=1)
    return " " + _("Did you mean %(name)s?") % {"name": known[near[0]][1]} if near else ""


def organisations_of(user: Any) -> Callable[[], dict[str, tuple[Any, str]]]:
    """The organisations one may see, by folded name."""
    rows = Organisation.objects.visible_to(user)
    return lambda: {sort_key(row.name): (row, row.name) for row in rows}


def bodies() -> dict[str, tuple[Any, str]]:
    """Bodies by folded code, name and alias; of two that share a word the committee, then the first of the list."""
    found: dict[str, tuple[Any, str]] = {}
    for row in sorted(Body.objects.all(), key=lambda body: (body.kind != Body.Kind.COMMITTEE, body.kind, body.code)):
        for word in [row.code, row.name, row.short_name, *row.aliases]:
            if word:
                found.setdefault(sort_key(word), (row, row.code))
    return found


def lines_of(names: Any) -> str:
    """Names as the field shows them."""
    return "\n".join(str(name) for name in names)
