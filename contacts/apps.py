"""The contacts app."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Registers the app; right-hand rooms fill left-hand registries in ready()."""

    name = "contacts"

    def ready(self) -> None:
        """People and organisations can be searched; meetings and mandates stand in a person's timeline."""
        from accounts import registry as accounts_registry
        from contacts import contributions, registry
        from contacts.criteria.fields import FIELDS

        accounts_registry.searches += [contributions.search_people, contributions.search_organisations]
        registry.timeline += [contributions.meetings, contributions.terms]
        registry.segment_fields += FIELDS
