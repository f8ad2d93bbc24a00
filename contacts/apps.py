"""The contacts app."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Registers the app; right-hand rooms fill left-hand registries in ready()."""

    name = "contacts"
