"""The evidence library: finding figures for citations, keeping what they said, and where they are cited."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.models import User
from advocacy.marks import source_mark
from advocacy.models import Evidence, EvidenceVersion, Statement, StatementText
from advocacy.models.evidence import FACTS

MOST_OFFERED = 500


@dataclass(frozen=True)
class Citation:
    """One language version of a statement that cites a figure. `keeps_old_words`: it was published and stays."""

    statement: Statement
    language: str
    title: str

    @property
    def keeps_old_words(self) -> bool:
        """Whether the text can no longer change."""
        return not self.statement.is_editable


def find(slugs: Iterable[str]) -> dict[str, Evidence]:
    """The figures of these short names, by short name; those that do not exist are not in it. One query."""
    wanted = set(slugs)
    return {row.slug: row for row in Evidence.objects.filter(slug__in=wanted)} if wanted else {}


def choices() -> list[tuple[str, str]]:
    """(short name, label) of every figure that can be cited, by label; for an editor's menu. One query."""
    return [(row.slug, str(row)) for row in Evidence.objects.order_by("claim", "id")[:MOST_OFFERED]]


@transaction.atomic
def save_evidence(evidence: Evidence, *, actor: User) -> bool:
    """Save a new or changed figure. True when what it says changed: then a version is kept."""
    before = Evidence.objects.select_for_update().filter(pk=evidence.pk).first() if evidence.pk else None
    evidence.save()
    changed = before is None or before.facts() != evidence.facts()
    if changed:
        last = evidence.versions.order_by("-number").values_list("number", flat=True).first() or 0
        EvidenceVersion.objects.create(evidence=evidence, number=last + 1, facts=evidence.facts(), by=actor)
    verb = "added" if before is None else "changed" if changed else "checked"
    record(actor, f"{verb} the figure {evidence.slug}", about=evidence, label=evidence.slug)
    return changed


def citations_of(evidence: Evidence) -> list[Citation]:
    """Every text that cites a figure, drafts first; one query. Letters copy texts and keep what they copied."""
    rows = StatementText.objects.filter(body__contains=source_mark(evidence.slug)).select_related("statement")
    found = [Citation(row.statement, row.language, row.title) for row in rows.order_by("-changed_at", "-pk")]
    return sorted(found, key=lambda citation: citation.keeps_old_words)


def differences(version: EvidenceVersion, older: EvidenceVersion | None) -> list[tuple[str, Any, Any]]:
    """What one version changed of the one before: (column, before, after)."""
    old: dict[str, Any] = older.facts if older else {}
    return [
        (
            str(getattr(Evidence._meta.get_field(name), "verbose_name", name)),
            old.get(name, ""),
            version.facts.get(name, ""),
        )
        for name in FACTS
        if old.get(name, "") != version.facts.get(name, "")
    ]
