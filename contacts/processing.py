"""The register of processing (GDPR Article 30), made from what each app says about its models in its `privacy.py`.

`PROCESSING` there has an entry for every model of the app: either why, on which basis, about whom and for how long, or
under `none` why it holds nothing about anybody. A model without an entry fails the tests.
"""

import re
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from contacts.personal_data import plural_of


@dataclass(frozen=True)
class Processing:
    """One row of the register: what a table holds about people and why."""

    label: str
    what: str
    holds: str
    people: str
    purpose: str
    basis: str
    kept: str
    who: str

    @property
    def kept_words(self) -> str:
        """How long it is kept, with the numbers of the settings in the place of their names."""
        return re.sub(r"[A-Z_]+_DAYS", lambda found: f"{getattr(settings, found[0])} days", self.kept)


FIELDS = ("holds", "people", "purpose", "basis", "kept", "who")


def declared() -> dict[str, dict[str, str]]:
    """What all apps say, by the label of the model."""
    found: dict[str, dict[str, str]] = {}
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.privacy"):
            found |= getattr(import_module(f"{config.name}.privacy"), "PROCESSING", {})
    return found


def stored_models() -> list[type[models.Model]]:
    """Every model with a table of its own, by label; tables of many-to-many relations belong to their models."""
    return sorted((model for model in apps.get_models() if model._meta.managed), key=lambda model: model._meta.label)


def undeclared() -> list[str]:
    """Models nobody said anything about, or not enough."""
    known = declared()
    found = []
    for model in stored_models():
        entry = known.get(model._meta.label, {})
        if not entry.get("none") and not all(entry.get(name) for name in FIELDS):
            found.append(model._meta.label)
    return found


def register_of_processing() -> list[Processing]:
    """The rows of the register, by app and model."""
    known = declared()
    rows = []
    for model in stored_models():
        entry = known.get(model._meta.label, {})
        if all(entry.get(name) for name in FIELDS):
            texts: dict[str, Any] = {name: entry[name] for name in FIELDS}
            rows.append(Processing(model._meta.label, plural_of(model), **texts))
    return rows


def as_markdown(rows: list[Processing]) -> str:
    """The register as a Markdown page."""
    lines = [
        "# Register of processing (GDPR Article 30)",
        "",
        f"Controller: {settings.PLATFORM_NAME}. Made from what the program says about each of its tables.",
        "",
        "| table | holds | about whom | purpose | basis | kept | who sees it |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = (row.label, row.holds, row.people, row.purpose, row.basis, row.kept, row.who)
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines) + "\n"
