"""Every route of the site, with an address that reaches its view."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

# A value of each kind of part; the row it names need not exist, since access is decided before the view runs.
EXAMPLES: dict[str, Any] = {
    "int": 1,
    "str": "x",
    "slug": "en",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "path": "x",
}
REGEX_EXAMPLES = {
    "account_confirm_email": {"key": "x"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "x"},
}


@dataclass(frozen=True)
class Route:
    """One route: its name with namespaces, the view and the name Django gives in resolver_match.url_name."""

    name: str
    url_name: str
    callback: Any
    arguments: tuple[tuple[str, Any], ...]

    def address(self) -> str:
        """An address that reaches the view."""
        return reverse(self.name, kwargs=dict(self.arguments))


def routes() -> list[Route]:
    """All routes of config.urls, by name; a route without a name is an error."""
    return sorted(_walk(get_resolver().url_patterns, "", ()), key=lambda route: route.name)


def _walk(patterns: list[Any], prefix: str, outer: tuple[tuple[str, Any], ...]) -> Iterator[Route]:
    for pattern in patterns:
        arguments = outer + _arguments(pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _walk(pattern.url_patterns, inner, arguments)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"The route {pattern.pattern} has no name."
            own = tuple(REGEX_EXAMPLES.get(pattern.name, {}).items()) or arguments
            yield Route(prefix + pattern.name, pattern.name, pattern.callback, own)


def _arguments(pattern: Any) -> tuple[tuple[str, Any], ...]:
    converters = getattr(pattern.pattern, "converters", {})
    kinds = {name: type(converter).__name__.removesuffix("Converter").lower() for name, converter in converters.items()}
    return tuple((name, EXAMPLES["str" if kind == "string" else kind]) for name, kind in kinds.items())
