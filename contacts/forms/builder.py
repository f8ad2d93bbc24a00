"""The builder of a rule: lines and groups as plain form controls, in words, without JavaScript.

A node's name says where it stands: `r` is the outermost group, `r.0` its first line or group, `r.0.1` the second one in
that. A group sends `….how`, a line sends `….field` and one name for each part of its field.
"""

import re
from collections.abc import Iterator
from typing import Any, Self

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from contacts import registry
from contacts.criteria.vocabulary import CriteriaError, NormalCriteria, Words, normalise
from contacts.forms.controls import controls_of
from contacts.forms.tree import DEEPEST, EVERYBODY, HOW, ROOT, Group, Line, combined, shown_as

MOST_LINES = 60
NAME = re.compile(r"^(r(?:\.\d{1,3}){0,6})\.([a-z_]{1,40})$")


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
            shown = shown_as(found)
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
            node.node = combined(node.how, inside) if inside else None
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
