"""JSON logs, one object a line, with the request's id. No address and no secret is ever logged."""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="-")


_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;=]+@[^\s<>()\[\]\"',;=]+")

# The part of an address that opens something to whoever has it: sign-on, answers, invitations, leaving, objecting,
# confirming (c), a reader's settings (p), leaving in short (u).
_BEARER = re.compile(r"(/(?:s|a|c|p|u|invitation|unsubscribe|objection|letter)/)[A-Za-z0-9_.:=-]{8,}")


def without_secrets(text: str) -> str:
    """A message without e-mail addresses and without the links that people get by mail."""
    return _BEARER.sub(r"\1[link]", _ADDRESS.sub("[address]", text))


def said_of(error: BaseException | None) -> str:
    """A traceback without data: files, lines and kinds of errors, the first line of what each says, no address.

    PostgreSQL tells the whole row that breaks a constraint, with the street and telephone of whoever it is about, on
    the lines after the first; and the first may repeat an e-mail address.
    """
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        words = next(iter(str(error).splitlines()), "")
        head = f"{type(error).__module__}.{type(error).__qualname__}: {without_secrets(words)}"
        parts.append("".join(traceback.format_tb(error.__traceback__)) + head)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nwhich came after\n".join(parts)


class JsonFormatter(logging.Formatter):
    """One JSON object a record: time, level, logger, message, request id, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the record as one line of JSON."""
        entry: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            "request_id": request_id.get(),
        }
        if record.exc_info:
            entry["exception"] = said_of(record.exc_info[1])
        return json.dumps(entry, ensure_ascii=False)


def logging_config(level: str) -> dict[str, Any]:
    """Django's LOGGING dictionary: everything to standard error as JSON from `level` up."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "config.logs.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }
