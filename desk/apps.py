"""The desk app."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Registers the app; right-hand rooms fill left-hand registries in ready()."""

    name = "desk"

    def ready(self) -> None:
        """Register the checks of the settings; tell webhooks of what happens in the rooms to the left."""
        from accounts import registry
        from desk import checks  # noqa: F401  importing registers them
        from desk.webhooks import notices, telling

        registry.announcements.append(telling.tell)
        registry.tasks.append(notices.tasks)
        registry.nav_counts["webhooks"] = notices.column
