"""The advocacy app."""

from django.apps import AppConfig


class AdvocacyConfig(AppConfig):
    """Registers the app; right-hand rooms fill left-hand registries in ready()."""

    name = "advocacy"
