"""The form behind criteria: what most rules need as fields, everything else as JSON.

Any page may use it: `CriteriaForm(request.POST, prefix="who")`, then `is_valid()` and `criteria()`;
`CriteriaForm.from_criteria(stored)` shows stored criteria. The fields are drawn by contacts/_criteria_fields.html.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.db.models import Count, Q, Value
from django.utils.translation import gettext_lazy as _

from contacts.criteria import FULL_MEMBERS, KINDS, CriteriaError, describe, normalise, validate
from contacts.languages import content_languages, country_name, default_languages, language_name
from contacts.models import Body, Organisation, Tag
from contacts.names import sort_key

ROLES: dict[str, tuple[str, ...]] = {
    "full": FULL_MEMBERS,
    "substitute": ("substitute",),
    "chairs": ("chair", "vice_chair"),
    "chair": ("chair",),
    "leads": ("chair", "vice_chair", "coordinator"),
    "coordinator": ("coordinator",),
}
ROLE_CHOICES = [
    ("", _("Full members and substitutes")),
    ("full", _("Full members")),
    ("substitute", _("Substitutes")),
    ("chairs", _("Chairs and vice-chairs")),
    ("chair", _("Chairs")),
    ("leads", _("Chairs, vice-chairs and coordinators")),
    ("coordinator", _("Coordinators")),
]
KIND_CHOICES = [
    ("mep", _("MEPs")),
    ("stakeholder", _("Stakeholders")),
    ("press", _("Press")),
    ("subscriber", _("Subscribers")),
]
# Condition → field; fields that leave out carry the same conditions under "not".
FIELDS = {
    "country": "countries",
    "group": "groups",
    "language": "languages",
    "kind": "kinds",
    "tag": "tags",
    "organisation": "organisations",
}
LEAVE_OUT = {"country": "out_countries", "group": "out_groups", "tag": "out_tags"}


@dataclass(frozen=True)
class Box:
    """One check box as the template draws it."""

    name: str
    value: str
    label: str
    title: str
    count: int | None
    checked: bool


class CriteriaForm(forms.Form):
    """Fields for a rule of one "all" with an optional part left out; `advanced` takes any criteria as JSON."""

    committees = forms.MultipleChoiceField(label=_("Members of these committees"), required=False)
    out_committees = forms.MultipleChoiceField(label=_("Leave out members of these committees"), required=False)
    role = forms.ChoiceField(label=_("Role"), choices=ROLE_CHOICES, required=False)
    groups = forms.MultipleChoiceField(label=_("Political group"), required=False)
    countries = forms.MultipleChoiceField(label=_("Country"), required=False)
    languages = forms.MultipleChoiceField(label=_("Language"), required=False)
    kinds = forms.MultipleChoiceField(label=_("Kind of contact"), choices=KIND_CHOICES, required=False)
    tags = forms.MultipleChoiceField(label=_("Tag"), required=False)
    organisations = forms.TypedMultipleChoiceField(label=_("Organisation"), coerce=int, required=False)
    out_groups = forms.MultipleChoiceField(label=_("Leave out these groups"), required=False)
    out_countries = forms.MultipleChoiceField(label=_("Leave out these countries"), required=False)
    out_tags = forms.MultipleChoiceField(label=_("Leave out people with these tags"), required=False)
    advanced = forms.CharField(
        label=_("The rule as JSON"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 10})
    )

    def __init__(self, *args: Any, may_be_empty: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_be_empty = may_be_empty
        self._criteria: dict[str, Any] = {}
        self._bodies = _bodies_with_counts()
        bodies = {kind: [(b.code, b.name) for b in self._bodies if b.kind == kind] for kind in ("committee", "group")}
        tags, organisations = _tags_and_organisations()
        countries = sorted(((code, country_name(code)) for code in default_languages()), key=lambda pair: pair[1])
        self._choose(bodies["committee"], "committees", "out_committees")
        self._choose(bodies["group"], "groups", "out_groups")
        self._choose(tags, "tags", "out_tags")
        self._choose(countries, "countries", "out_countries")
        languages = sorted(((code, language_name(code)) for code in content_languages()), key=lambda pair: pair[1])
        self._choose(languages, "languages")
        self._choose(organisations, "organisations")
        for name in ("countries", "languages", "organisations", "out_countries"):
            self.fields[name].widget.attrs |= {"class": "input", "size": 6}
        self.fields["role"].widget.attrs["class"] = "input"
        self.fields["advanced"].widget.attrs["class"] = "textarea"

    @classmethod
    def from_criteria(cls, criteria: dict[str, Any], **kwargs: Any) -> Self:
        """An unbound form that shows stored criteria: in the fields where they fit, else as JSON."""
        found = normalise(criteria)
        form = cls(initial=_initial(found), **kwargs)
        form._criteria = found
        return form

    def criteria(self) -> dict[str, Any]:
        """The criteria of a valid form, or those it was made from; {} when nothing is chosen."""
        return self._criteria

    def sentence(self) -> str:
        """The criteria as one sentence."""
        return describe(self._criteria) if self._criteria else ""

    def clean(self) -> dict[str, Any]:
        """Put the fields together and check the outcome."""
        data = super().clean() or {}
        if self.errors.keys() & CriteriaForm.base_fields.keys():
            return data
        chosen = self._chosen(data)
        text = data.get("advanced", "").strip()
        if text and chosen:
            raise forms.ValidationError(_("Use the fields or the rule as JSON, not both. Empty one of them."))
        try:
            if text:
                self._criteria = validate(json.loads(text))
            elif chosen:
                self._criteria = validate(chosen[0] if len(chosen) == 1 else {"all": chosen})
            elif not self.may_be_empty:
                raise forms.ValidationError(_("Choose at least one condition."))
        except CriteriaError as error:
            self.add_error("advanced" if text else None, str(error))
        except (json.JSONDecodeError, RecursionError) as error:
            self.add_error("advanced", _("This is not JSON: %(reason)s") % {"reason": str(error)})
        return data

    def _chosen(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        seat: dict[str, list[str]] = {}
        if data["committees"]:
            seat["committee"] = data["committees"]
        if data["role"]:
            seat["role"] = list(ROLES[data["role"]])
        chosen: list[dict[str, Any]] = [{"seat": seat}] if seat else []
        chosen += [{key: data[field]} for key, field in FIELDS.items() if data[field]]
        out = [{key: data[field]} for key, field in LEAVE_OUT.items() if data[field]]
        if data["out_committees"]:
            out.append({"seat": {"committee": data["out_committees"]}})
        if out:
            chosen.append({"not": out[0] if len(out) == 1 else {"any": out}})
        return chosen

    def _choose(self, choices: Iterable[tuple[Any, str]], *names: str) -> None:
        listed = list(choices)
        for name in names:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = listed
            field.error_messages["invalid_choice"] = _("“%(value)s” is not one of the choices.")

    def _boxes(self, field: str, *, counts: dict[str, int] | None = None, short: bool = False) -> list[Box]:
        bound = self[field]
        ticked = {str(value) for value in bound.value() or []}
        return [
            Box(
                name=bound.html_name,
                value=str(value),
                label=self._short(str(value)) if short else str(label),
                title=str(label) if short else "",
                count=counts.get(str(value), 0) if counts is not None else None,
                checked=str(value) in ticked,
            )
            for value, label in self.fields[field].choices  # type: ignore[attr-defined]
        ]

    def _short(self, code: str) -> str:
        return next((b.short_name or b.code for b in self._bodies if b.code == code), code)

    def _counts(self, kind: str) -> dict[str, int]:
        return {body.code: body.people for body in self._bodies if body.kind == kind}

    def committee_boxes(self) -> list[Box]:
        """Committees, each with how many people sit in it."""
        return self._boxes("committees", counts=self._counts("committee"), short=True)

    def group_boxes(self) -> list[Box]:
        """Political groups, each with how many people belong to it."""
        return self._boxes("groups", counts=self._counts("group"), short=True)

    def kind_boxes(self) -> list[Box]:
        """The kinds of contact."""
        return self._boxes("kinds")

    def tag_boxes(self) -> list[Box]:
        """Tags people put on contacts."""
        return self._boxes("tags")

    def out_committee_boxes(self) -> list[Box]:
        """Committees to leave out."""
        return self._boxes("out_committees", short=True)

    def out_group_boxes(self) -> list[Box]:
        """Groups to leave out."""
        return self._boxes("out_groups", short=True)

    def out_tag_boxes(self) -> list[Box]:
        """Tags to leave out."""
        return self._boxes("out_tags")

    def has_more(self) -> bool:
        """Whether a field of the folded part is filled."""
        return any(self[name].value() for name in ("kinds", "tags", "organisations"))

    def leaves_out(self) -> bool:
        """Whether a field of the part left out is filled."""
        return any(self[name].value() for name in [*LEAVE_OUT.values(), "out_committees"])


def _tags_and_organisations() -> tuple[list[tuple[str, str]], list[tuple[int, str]]]:
    """The choices of both by name; one query, since the page of a letter's people has many others to ask."""
    tags = Tag.objects.order_by().annotate(is_tag=Value(1)).values_list("is_tag", "pk", "name")
    rows = Organisation.objects.order_by().annotate(is_tag=Value(0)).values_list("is_tag", "pk", "name")
    found = sorted(tags.union(rows, all=True), key=lambda row: sort_key(row[2]))
    return (
        [(name, name) for is_tag, _pk, name in found if is_tag],
        [(pk, name) for is_tag, pk, name in found if not is_tag],
    )


def _bodies_with_counts() -> list[Any]:
    """Committees and groups that exist today, each with the people on its open seats; one query."""
    seated = Q(memberships__ended_on__isnull=True, memberships__mandate__ended_on__isnull=True)
    people = Count("memberships__mandate__contact", filter=seated, distinct=True)
    kinds = [Body.Kind.COMMITTEE, Body.Kind.GROUP]
    return list(Body.objects.filter(kind__in=kinds, ended_on__isnull=True).annotate(people=people).order_by("code"))


def _initial(criteria: dict[str, Any]) -> dict[str, Any]:
    """Field values for criteria that fit the fields; else the JSON text."""
    if criteria == {"all": []}:
        return {"advanced": json.dumps(criteria)}
    children = criteria.get("all", [criteria] if criteria else [])
    initial: dict[str, Any] = {}
    for child in children:
        ((key, value),) = child.items()
        part = _out_part(value) if key == "not" else _part(key, value, FIELDS, "committees")
        if part is None or part.keys() & initial.keys():
            return {"advanced": json.dumps(criteria, indent=2, ensure_ascii=False)}
        initial |= part
    return initial


def _part(key: str, value: Any, fields: dict[str, str], committees: str) -> dict[str, Any] | None:
    """One condition as field values, or None when no field carries it."""
    if key in fields:
        return {fields[key]: value}
    if key != "seat":
        return None
    roles = set(value.get("role", []))
    role = next((name for name, codes in ROLES.items() if set(codes) == roles), None)
    if roles and (role is None or committees == "out_committees"):
        return None
    found: dict[str, Any] = {committees: value["committee"]} if "committee" in value else {}
    return found | ({"role": role} if role else {})


def _out_part(node: dict[str, Any]) -> dict[str, Any] | None:
    parts: dict[str, Any] = {}
    for child in node.get("any", [node]):
        ((key, value),) = child.items()
        part = _part(key, value, LEAVE_OUT, "out_committees") if key not in ("all", "any", "not") else None
        if part is None or part.keys() & parts.keys():
            return None
        parts |= part
    return parts


assert set(KINDS) == {kind for kind, _label in KIND_CHOICES}  # noqa: S101 - the two lists are one vocabulary
