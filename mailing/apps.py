"""The mailing app."""

from django.apps import AppConfig


class MailingConfig(AppConfig):
    """Registers the app and fills the registries of the rooms to the left."""

    name = "mailing"

    def ready(self) -> None:
        """Letters appear on the home page, in the search, on statements, people and segments."""
        from contacts import registry
        from mailing import embedding, forgetting, papers, reply_contributions, unsubscribe, webhooks
        from mailing.contributions import register
        from mailing.dispatch import readiness
        from mailing.segment_fields import FIELDS, letter_to
        from mailing.touching import drafts_with

        register()
        reply_contributions.register()
        forgetting.register()
        registry.segment_fields += FIELDS
        registry.segment_letters.append(letter_to)
        registry.letters_touched.append(drafts_with)
        registry.preference_tokens.append(unsubscribe.subscription_with)
        registry.list_sections.append(embedding.forms_of)
        # What the engine waits for before a first letter leaves; it knows no typesetter.
        readiness.preparers.append(papers.prepare)
        webhooks.connect()
