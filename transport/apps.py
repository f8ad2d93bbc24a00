"""The transport app."""

from django.apps import AppConfig


class TransportConfig(AppConfig):
    """Registers the app; right-hand rooms fill left-hand registries in ready()."""

    name = "transport"
