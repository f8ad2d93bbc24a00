"""The desk app."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Registers the app; right-hand rooms fill left-hand registries in ready()."""

    name = "desk"

    def ready(self) -> None:
        """Register the checks of the settings."""
        from desk import checks  # noqa: F401  importing registers them
