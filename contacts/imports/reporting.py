"""Showing the outcome: one JSON object for programs, a table and sentences for people."""

import json

from django.utils.translation import gettext as _

from contacts.imports.plan import Plan

SHOWN = 50


def as_json(plan: Plan) -> str:
    """The five counts and the list of problems, as one object on one line."""
    answer = {**plan.counts(), "problems": [problem.as_json() for problem in plan.problems]}
    return json.dumps(answer, ensure_ascii=False)


def as_text(plan: Plan, *, applied: bool, join: bool = False) -> str:
    """A table of the counts, then what happened and what a person should look at."""
    counts = plan.counts()
    words = {
        "new": _("new"),
        "changed": _("changed"),
        "unchanged": _("unchanged"),
        "gone": _("gone"),
        "held": _("held"),
    }
    width = max(map(len, words.values()))
    lines = [
        _("%(name)s, as of %(day)s") % {"name": plan.pull.file_name, "day": plan.pull.as_of.isoformat()},
        "",
        *(f"  {word:<{width}}  {counts[key]:>7}" for key, word in words.items()),
        "",
        _outcome(plan, applied=applied),
    ]
    if join:
        lines.append(_joined(plan))
    if plan.problems:
        lines += ["", _("To look at: %(n)s") % {"n": len(plan.problems)}]
        lines += [f"  {problem}" for problem in plan.problems[:SHOWN]]
        if len(plan.problems) > SHOWN:
            lines.append(_("  … and %(n)s more; --json lists them all.") % {"n": len(plan.problems) - SHOWN})
    return "\n".join(lines)


def _joined(plan: Plan) -> str:
    kinds = [problem.kind for problem in plan.problems]
    return _(
        "%(matched)s matched, %(unknown)s unknown and listed below, %(without)s of the list left without data."
    ) % {
        "matched": len(plan.changes),
        "unknown": kinds.count("unknown_id"),
        "without": kinds.count("no_data"),
    }


def _outcome(plan: Plan, *, applied: bool) -> str:
    if plan.hold_reason:
        return (
            _("Held, nothing was changed. %(reason)s Look at it; --release-held applies it all the same.")
            if applied
            else _("This would be held. %(reason)s Look at it; --release-held applies it all the same.")
        ) % {"reason": plan.hold_reason}
    if applied:
        return _("Applied.")
    return _("A dry run: nothing was changed. Add --apply to import it.")
