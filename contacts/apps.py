"""The contacts app."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Registers the app; right-hand rooms fill left-hand registries in ready()."""

    name = "contacts"

    def ready(self) -> None:
        """People and organisations can be searched; meetings and mandates stand in a person's timeline."""
        from accounts import registry as accounts_registry
        from contacts import (
            commitments,
            consent_story,
            contributions,
            erasure,
            forgetting,
            recording,
            registry,
            signing_up,
            turns,
        )
        from contacts.criteria.fields import FIELDS

        accounts_registry.searches += [contributions.search_people, contributions.search_organisations]
        accounts_registry.tasks += [commitments.due, turns.flooded]
        accounts_registry.nav_counts["breaker"] = turns.breaker_column
        registry.timeline += [
            contributions.meetings,
            contributions.terms,
            consent_story.consents,
            consent_story.choices,
        ]
        registry.personal_data += [forgetting.system_mail_of, forgetting.import_changes_of, forgetting.uploads_of]
        registry.kept_on_erasure |= erasure.KEPT_ROWS
        registry.segment_fields += FIELDS
        registry.retention += [recording.bin_rule, signing_up.rule, turns.rule]
