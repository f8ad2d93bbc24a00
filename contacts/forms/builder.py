"""The builder of a rule: lines and groups as plain form controls, in words, without JavaScript.

A node's name says where it stands: `r` is the outermost group, `r.0` its first line or group, `r.0.1` the second one in
that. A group sends `….how`, a line sends `….field` and one name for each part of its field.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts import registry
from contacts.counting import digits_for
from contacts.criteria.field import Field
from contacts.criteria.vocabulary import CriteriaError, NormalCriteria, Words, field_of, normalise
from contacts.forms.controls import Control, controls_of

ROOT = "r"
MOST_LINES = 60
# Deeper groups than this would go beyond what criteria may say (contacts.criteria.vocabulary.MAX_DEPTH).
DEEPEST = 3
HOW = {
    "all": gettext_lazy("all of these"),
    "any": gettext_lazy("any of these"),
    "none": gettext_lazy("none of these"),
    "notall": gettext_lazy("not all of these"),
}
NAME = re.compile(r"^(r(?:\.\d{1,3}){0,6})\.([a-z_]{1,40})$")
EVERYBODY = "everybody"


@dataclass
class Line:
    """One condition as the form shows it."""

    path: str
    field: Field | None  # None: everybody
    chosen: dict[str, list[str]]
    is_new: bool = False
    error: str = ""
    node: dict[str, Any] | None = None
    number: int | None = None
    controls: list[Control] = field(default_factory=list)
    is_group = False

    @property
    def title(self) -> str:
        """The line in a few words, for its buttons."""
        if self.field is None:
            return _("Everybody")
        return ", ".join([str(self.field.label), *(control.summary for control in self.controls)])

    @property
    def key(self) -> str:
        """The key of its field; everybody has none."""
        return self.field.key if self.field else EVERYBODY

    @property
    def html_id(self) -> str:
        """The path as an id."""
        return self.path.replace(".", "-")

    @property
    def counted(self) -> str:
        """How many people match it alone, in digits; "" while that is not known."""
        return digits_for(self.number)


@dataclass
class Group:
    """Lines and groups that combine one way."""

    path: str
    how: str = "all"
    children: list["Line | Group"] = field(default_factory=list)
    is_new: bool = False
    node: dict[str, Any] | None = None
    number: int | None = None
    # The field that stands in the menu of "Add a line".
    wanted: str = ""
    is_group = True

    @property
    def html_id(self) -> str:
        """The path as an id."""
        return self.path.replace(".", "-")

    @property
    def counted(self) -> str:
        """How many people match it alone, in digits; "" while that is not known."""
        return digits_for(self.number)

    @property
    def is_root(self) -> bool:
        """Whether it is the outermost."""
        return self.path == ROOT

    @property
    def place(self) -> str:
        """Where it stands, for its label: "2.1"."""
        return ".".join(str(int(number) + 1) for number in self.path.split(".")[1:])

    @property
    def css(self) -> str:
        """The class that draws its edge."""
        return {"any": "any", "none": "none", "notall": "none"}.get(self.how, "")

    @property
    def may_nest(self) -> bool:
        """Whether a group still fits inside."""
        return self.path.count(".") < DEEPEST

    @property
    def joiner(self) -> str:
        """The word between its lines."""
        return _("and") if self.how in ("all", "notall") else _("or")


class Builder:
    """A rule as lines and groups: read from what was sent or from stored criteria, changed by its buttons."""

    def __init__(self, root: Group, *, words: Words | None = None) -> None:
        self.root = root
        self.words = words or Words()

    @classmethod
    def from_post(cls, data: MultiValueDict[str, str]) -> Self:
        """What a form sent; names that are none of ours are passed over."""
        sent: dict[str, dict[str, list[str]]] = {}
        for name in data:
            if match := NAME.match(name):
                sent.setdefault(match[1], {})[match[2]] = data.getlist(name)
        return cls(_group(ROOT, sent))

    @classmethod
    def from_criteria(cls, criteria: dict[str, Any]) -> Self:
        """Stored criteria as lines. Raises CriteriaError for a wrong shape."""
        found = normalise(criteria)
        root = Group(ROOT)
        if found:
            shown = _shown(found)
            root = shown if isinstance(shown, Group) else Group(ROOT, children=[shown])
        builder = cls(root, words=found.words)
        builder.number()
        return builder

    def number(self) -> None:
        """Give every node the path of the place where it stands now."""

        def walk(node: Line | Group, path: str) -> None:
            node.path = path
            if isinstance(node, Group):
                for position, child in enumerate(node.children):
                    walk(child, f"{path}.{position}")

        walk(self.root, ROOT)

    def nodes(self) -> Iterator[Line | Group]:
        """Every line and group, the outermost first."""

        def walk(node: Line | Group) -> Iterator[Line | Group]:
            yield node
            if isinstance(node, Group):
                for child in node.children:
                    yield from walk(child)

        return walk(self.root)

    def lines(self) -> list[Line]:
        """Every line in its order."""
        return [node for node in self.nodes() if isinstance(node, Line)]

    def act(self, action: str, wanted: str = "") -> None:
        """What a button asks for: "add-line:r.1", "add-group:r", "drop:r.0"; anything else changes nothing."""
        verb, _colon, path = action.partition(":")
        found = {node.path: node for node in self.nodes()}
        node = found.get(path)
        if verb == "drop" and node is not None and node is not self.root:
            parent = found[path.rpartition(".")[0]]
            assert isinstance(parent, Group)  # noqa: S101 - only groups have children
            parent.children.remove(node)
            parent.is_new = True
        elif isinstance(node, Group) and verb == "add-group" and node.may_nest:
            node.children.append(Group("", "any", is_new=True))
        elif isinstance(node, Group) and verb == "add-line" and len(self.lines()) < MOST_LINES:
            node.children.append(_new_line(wanted))
        self.number()

    def read(self, *, strict: bool = False) -> NormalCriteria:
        """The criteria of the lines that are filled, {} when none is; wrong lines carry a sentence in `error`.

        With `strict` a line that is not filled is wrong as well.
        """
        node = self._read(self.root, strict=strict)
        try:
            found = validate_with(node, self.words) if node else NormalCriteria()
        except CriteriaError as error:
            for line in self.lines()[-1:]:
                line.error = line.error or str(error)
            found = NormalCriteria()
        found.words = self.words
        return found

    def problems(self) -> list[tuple[str, str]]:
        """(id of the line, sentence) of every line that is wrong."""
        return [(line.html_id, line.error) for line in self.lines() if line.error]

    def _read(self, node: Line | Group, *, strict: bool) -> dict[str, Any] | None:
        if isinstance(node, Line):
            node.node = self._read_line(node, strict=strict)
        else:
            inside = [found for child in node.children if (found := self._read(child, strict=strict)) is not None]
            node.node = _combined(node.how, inside) if inside else None
        return node.node

    def _read_line(self, line: Line, *, strict: bool) -> dict[str, Any] | None:
        if line.field is None:
            return {"all": []}
        value = line.field.from_form(line.chosen)
        if value is None:
            if strict:
                line.error = _("Nothing is chosen in “%(line)s”. Choose something or remove the line.") % {
                    "line": line.field.label
                }
            return None
        try:
            return dict(validate_with({line.field.key: value}, self.words))
        except CriteriaError as error:
            line.error = str(error)
            return None

    def draw(self) -> None:
        """Give every line its controls, with what is chosen in them."""
        for line in self.lines():
            line.controls = controls_of(line.field, line.path, line.chosen, self.words, is_new=line.is_new)


def validate_with(criteria: dict[str, Any], words: Words) -> NormalCriteria:
    """`validate` with words that are known already."""
    return normalise(criteria, strict=True, words=words)


def menu(*, everybody: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """The conditions that can be added, by section: (heading, [(key, label), …])."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in registry.segment_fields:
        found.setdefault(str(one.section), []).append((one.key, str(one.label)))
    if everybody:
        found.setdefault(_("Everybody"), []).append((EVERYBODY, _("Everybody")))
    return list(found.items())


def _new_line(wanted: str) -> Line:
    known = {one.key: one for one in registry.segment_fields}
    if wanted == EVERYBODY:
        return Line("", None, {}, is_new=True)
    one = known.get(wanted, registry.segment_fields[0])
    return Line("", one, {part.name: list(part.initial) for part in one.parts}, is_new=True)


def _group(path: str, sent: dict[str, dict[str, list[str]]]) -> Group:
    """The group at a path with what was sent below it, in the order of the numbers."""
    parts = sent.get(path, {})
    how = parts.get("how", ["all"])[0]
    group = Group(path, how if how in HOW else "all", wanted=parts.get("new", [""])[0])
    depth = path.count(".") + 1
    places = {
        int(other.split(".")[depth]) for other in sent if other.startswith(path + ".") and other.count(".") >= depth
    }
    for place in sorted(places)[:MOST_LINES]:
        below = f"{path}.{place}"
        key = sent.get(below, {}).get("field", [""])[0]
        if key:
            line = _line(below, key, sent[below])
            if line:
                group.children.append(line)
        elif below.count(".") <= DEEPEST:
            group.children.append(_group(below, sent))
    return group


def _line(path: str, key: str, sent: dict[str, list[str]]) -> Line | None:
    if key == EVERYBODY:
        return Line(path, None, {})
    one = next((known for known in registry.segment_fields if known.key == key), None)
    if one is None:
        return None
    chosen = {part.name: [text.replace("\0", "") for text in sent.get(part.name, [])] for part in one.parts}
    return Line(
        path,
        one,
        {
            name: [line for text in texts for line in text.splitlines() if line.strip()]
            for name, texts in chosen.items()
        },
    )


def _shown(node: dict[str, Any]) -> Line | Group:
    """A node of normal criteria as a line or a group; "not" becomes a group of which none may be true."""
    ((key, value),) = node.items()
    if key == "all" and not value:
        return Line("", None, {})
    if key in ("all", "any"):
        return Group("", key, [_shown(child) for child in value])
    if key == "not":
        ((inner, children),) = value.items()
        if inner == "any" or (inner == "all" and children):
            return Group("", "none" if inner == "any" else "notall", [_shown(child) for child in children])
        return Group("", "none", [_shown(value)])
    one = field_of(key)
    return Line("", one, one.to_form(value))


def _combined(how: str, inside: list[dict[str, Any]]) -> dict[str, Any]:
    """Nodes put together; a group of one is that one."""
    if how in ("all", "any"):
        return inside[0] if len(inside) == 1 else {how: inside}
    return {"not": inside[0] if len(inside) == 1 else {"any" if how == "none" else "all": inside}}
