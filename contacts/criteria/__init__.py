"""Criteria: a closed vocabulary for "these people", stored as JSON in segments and in a letter's audience.

Conditions: `country`, `group`, `seat` (committee and role of the same seat), `language`, `kind`, `tag`,
`organisation`; they combine with `all`, `any` and `not`, at most five deep. docs/segments.md describes each.
"""

from contacts.criteria.explaining import Arithmetic, Step, reason, steps, why_empty
from contacts.criteria.matching import condition, resolve
from contacts.criteria.vocabulary import FULL_MEMBERS, KINDS, CriteriaError, normalise, validate
from contacts.criteria.wording import describe, describe_all

__all__ = [
    "FULL_MEMBERS",
    "KINDS",
    "Arithmetic",
    "CriteriaError",
    "Step",
    "condition",
    "describe",
    "describe_all",
    "normalise",
    "reason",
    "resolve",
    "steps",
    "validate",
    "why_empty",
]
