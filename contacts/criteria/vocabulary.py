"""What criteria may say: the shape here, the conditions in the registry, the words in contacts/criteria/words.py."""

from typing import Any

from django.utils.translation import gettext as _

from contacts import registry
from contacts.criteria.field import Field, Reader
from contacts.criteria.words import FULL_MEMBERS, KINDS, CriteriaError, Words, did_you_mean, kind_of

__all__ = ["FULL_MEMBERS", "KINDS", "CriteriaError", "NormalCriteria", "Words", "field_of", "normalise", "validate"]

MAX_DEPTH = 5
COMBINATIONS = ("all", "any", "not")


class NormalCriteria(dict[str, Any]):
    """Criteria that were read once; reading them again costs nothing. `words` are those they were read with."""

    words: Words | None = None


def field_of(key: Any) -> Field:
    """The registered field of a condition. Raises CriteriaError with the nearest known key."""
    for field in registry.segment_fields:
        if field.key == key:
            return field
    known = [field.key for field in registry.segment_fields]
    raise CriteriaError(_("“%(key)s” is not a condition.") % {"key": key} + did_you_mean(key, [*known, *COMBINATIONS]))


def validate(criteria: Any) -> NormalCriteria:
    """Criteria in their normal form, with codes in place of aliases. Raises CriteriaError with a sentence.

    Two keys beside each other mean both ("all"). An empty object is refused: it says nothing. `{"all": []}` is
    everybody, said on purpose.
    """
    if criteria == {}:
        raise CriteriaError(_("Choose at least one condition."))
    return normalise(criteria, strict=True)


def normalise(criteria: Any, *, strict: bool = False, words: Words | None = None) -> NormalCriteria:
    """Like validate(), but without `strict` unknown words pass through (they match nobody), and so does {}.

    Give `words` when reading many, so that the known words are looked up once.
    """
    if isinstance(criteria, NormalCriteria):
        return criteria
    words = words or Words()
    found = NormalCriteria(_node(criteria, Reader(words, strict=strict), depth=1))
    found.words = words
    return found


def _node(node: Any, reader: Reader, *, depth: int) -> dict[str, Any]:
    """Reads one node and all below it."""
    if not isinstance(node, dict):
        raise CriteriaError(
            _("A condition is an object such as %(example)s; this is %(kind)s.")
            % {"example": '{"country": ["IE"]}', "kind": kind_of(node)}
        )
    if depth > MAX_DEPTH:
        raise CriteriaError(_("Conditions may be nested %(depth)s deep at most.") % {"depth": MAX_DEPTH})
    if not node:
        if depth > 1:
            raise CriteriaError(_("There is an empty condition. Fill it or remove it."))
        return {}
    if len(node) > 1:
        return {"all": [_node({key: value}, reader, depth=depth + 1) for key, value in node.items()]}
    ((key, value),) = node.items()
    if key in ("all", "any"):
        return {key: _children(key, value, reader, depth=depth)}
    if key == "not":
        if value == {}:
            raise CriteriaError(_("“not” needs a condition to leave out."))
        return {"not": _node(value, reader, depth=depth + 1)}
    return {key: field_of(key).read(value, reader)}


def _children(key: str, value: Any, reader: Reader, *, depth: int) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise CriteriaError(_("“%(key)s” needs a list of conditions.") % {"key": key})
    if key == "any" and not value:
        raise CriteriaError(_("“any” needs at least one condition."))
    return [_node(child, reader, depth=depth + 1) for child in value]
