"""The mailing app."""

from django.apps import AppConfig


class MailingConfig(AppConfig):
    """Registers the app; right-hand rooms fill left-hand registries in ready()."""

    name = "mailing"
