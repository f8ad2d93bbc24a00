"""A field for what stands on one line."""

from typing import Any

from django import forms

from transport.one_line import one_line


class OneLineField(forms.CharField):
    """Text on one line: a name, a title, a subject."""

    def to_python(self, value: Any) -> str:
        """One line, whatever was pasted."""
        return one_line(super().to_python(value) or "")
