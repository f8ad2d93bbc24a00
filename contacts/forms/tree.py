"""A rule as the builder's tree: lines with their controls, in groups."""

from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.counting import digits_for
from contacts.criteria.field import Field
from contacts.criteria.vocabulary import field_of
from contacts.forms.controls import Control

ROOT = "r"
# Deeper groups than this would go beyond what criteria may say (contacts.criteria.vocabulary.MAX_DEPTH).
DEEPEST = 3
HOW = {
    "all": gettext_lazy("all of these"),
    "any": gettext_lazy("any of these"),
    "none": gettext_lazy("none of these"),
    "notall": gettext_lazy("not all of these"),
}
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
    controls: list[Control] = made(default_factory=list)
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
    children: list["Line | Group"] = made(default_factory=list)
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


def shown_as(node: dict[str, Any]) -> Line | Group:
    """A node of normal criteria as a line or a group; "not" becomes a group of which none may be true."""
    ((key, value),) = node.items()
    if key == "all" and not value:
        return Line("", None, {})
    if key in ("all", "any"):
        return Group("", key, [shown_as(child) for child in value])
    if key == "not":
        ((inner, children),) = value.items()
        if inner == "any" or (inner == "all" and children):
            return Group("", "none" if inner == "any" else "notall", [shown_as(child) for child in children])
        return Group("", "none", [shown_as(value)])
    one = field_of(key)
    return Line("", one, one.to_form(value))


def combined(how: str, inside: list[dict[str, Any]]) -> dict[str, Any]:
    """Nodes put together; a group of one is that one."""
    if how in ("all", "any"):
        return inside[0] if len(inside) == 1 else {how: inside}
    return {"not": inside[0] if len(inside) == 1 else {"any" if how == "none" else "all": inside}}
