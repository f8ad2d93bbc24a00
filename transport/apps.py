"""The transport app."""

from django.apps import AppConfig


class TransportConfig(AppConfig):
    """Registers the app and its system checks."""

    name = "transport"

    def ready(self) -> None:
        """Register the checks of the mail settings."""
        from transport import checks  # noqa: F401 - importing registers them
