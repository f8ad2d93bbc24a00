"""The desk app."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Registers the app; right-hand rooms fill left-hand registries in ready()."""

    name = "desk"
