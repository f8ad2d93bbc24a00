"""Statements, asks and action plans."""

from advocacy.models.asks import Ask, AskText
from advocacy.models.plans import ActionPlan, Point
from advocacy.models.statements import Statement, StatementText, StatementVersion, digest_of

__all__ = ["ActionPlan", "Ask", "AskText", "Point", "Statement", "StatementText", "StatementVersion", "digest_of"]
