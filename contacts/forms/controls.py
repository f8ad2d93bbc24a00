"""The controls of one line of the builder, as its template draws them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.ids import id_in
from contacts.criteria.field import Field, Part
from contacts.criteria.joining import join
from contacts.criteria.words import Words
from contacts.models import Organisation

# So many choices are named on a closed control; the rest is a number.
MOST_NAMED = 4


@dataclass(frozen=True)
class Option:
    """One choice of a control."""

    value: str
    label: str
    checked: bool


@dataclass(frozen=True)
class Control:
    """One part of a line: its name in the form, its options under their headings, and what is chosen in words."""

    part: Part
    name: str
    html_id: str
    groups: list[tuple[str, list[Option]]]
    text: str
    summary: str
    is_open: bool

    @property
    def kind(self) -> str:
        """many, one, number or names."""
        return self.part.kind


def controls_of(
    field: Field | None, path: str, chosen: dict[str, list[str]], words: Words, *, is_new: bool
) -> list[Control]:
    """The controls of a line at a path of the form."""
    if field is None:
        return []
    # A new line shows at once what can be chosen; the others stay closed until somebody opens them.
    return [
        _control(part, path, chosen.get(part.name, []), words, is_open=is_new and place == 0)
        for place, part in enumerate(field.parts)
    ]


def _control(part: Part, path: str, chosen: list[str], words: Words, *, is_open: bool) -> Control:
    if part.kind == "names":
        chosen = _names(chosen)
    groups = [] if part.kind == "number" else _options(part, chosen, words)
    offered = {option.value for _heading, options in groups for option in options}
    labels = [option.label for _heading, options in groups for option in options if option.checked]
    text = [name for name in chosen if name not in offered]
    if part.kind == "names":
        labels += text
    return Control(
        part=part,
        name=f"{path}.{part.name}",
        html_id=f"{path.replace('.', '-')}-{part.name}",
        groups=groups,
        text="\n".join(text),
        summary=_summary(labels) or str(part.none or _("choose")),
        is_open=is_open,
    )


def _options(part: Part, chosen: list[str], words: Words) -> list[tuple[str, list[Option]]]:
    """The choices, and what is chosen that is no longer among them."""
    wanted = set(chosen)
    if part.kind == "one":
        wanted = {chosen[0]} if chosen else {part.initial[0] if part.initial else ""}
    groups: list[tuple[str, list[Option]]] = []
    known: set[str] = set()
    for value, label in part.choices(words):
        pairs: list[tuple[Any, Any]] = label if isinstance(label, list) else [(value, label)]
        heading = str(value) if isinstance(label, list) else ""
        if not groups or groups[-1][0] != heading:
            groups.append((heading, []))
        known.update(str(code) for code, _label in pairs)
        groups[-1][1].extend(Option(str(code), str(name), str(code) in wanted) for code, name in pairs)
    gone = [Option(value, value, True) for value in chosen if value not in known] if part.kind != "names" else []
    return [*groups, ("", gone)] if gone else groups


def _names(chosen: list[str]) -> list[str]:
    """Organisations by name, where a stored rule has their ids."""
    ids = {value: pk for value in chosen if (pk := id_in(value))}
    names = dict(Organisation.objects.filter(pk__in=ids.values()).values_list("pk", "name")) if ids else {}
    return [names.get(ids.get(value, -1), value) for value in chosen]


def _summary(labels: list[str]) -> str:
    if len(labels) <= MOST_NAMED:
        return join(labels)
    rest = len(labels) - MOST_NAMED + 1
    more = ngettext("%(n)d more", "%(n)d more", rest) % {"n": rest}
    return join([*labels[: MOST_NAMED - 1], more])
