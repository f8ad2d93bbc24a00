"""JSON from outside: refused with a sentence where it is broken, too deep, or says one thing twice."""

import json
from typing import Any

from django.utils.translation import gettext as _

from contacts.imports.errors import ImportRefused


def load_json(text: str) -> Any:
    """The content of a JSON text. Raises ImportRefused where it is broken, too deep, or has NaN or a key twice."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        content = dict(found)
        if len(content) != len(found):
            raise ImportRefused(_("The JSON has the same key twice in one object."))
        return content

    def refuse(word: str) -> Any:
        raise ImportRefused(_("The JSON has the number %(word)s, which JSON does not know.") % {"word": word})

    try:
        content = json.loads(text, object_pairs_hook=pairs, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise ImportRefused(
            _("The JSON is broken at line %(line)s, character %(column)s.")
            % {"line": error.lineno, "column": error.colno}
        ) from error
    except RecursionError as error:
        raise ImportRefused(_("The JSON is nested too deep.")) from error
    except ValueError as error:
        raise ImportRefused(_("The JSON cannot be read.")) from error
    if "\\ud" in text.lower():
        _refuse_halves(content)
    return content


def _refuse_halves(content: Any) -> None:
    """Half of a pair of surrogates is no letter, and no database stores it."""
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ImportRefused(_("The JSON holds half a character (a lone surrogate); it is not read.")) from error
