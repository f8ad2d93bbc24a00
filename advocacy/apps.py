"""The advocacy app."""

from django.apps import AppConfig


class AdvocacyConfig(AppConfig):
    """Registers the app; right-hand rooms fill left-hand registries in ready()."""

    name = "advocacy"

    def ready(self) -> None:
        """Put statements on the home page and into the search."""
        from accounts import registry
        from advocacy import campaign_rows, desk_rows, sign_privacy, sign_rows

        registry.tasks += [desk_rows.waiting_for, desk_rows.answers_waiting]
        registry.drafts.append(desk_rows.drafts_of)
        registry.searches.append(desk_rows.found_by)
        campaign_rows.register()
        sign_rows.register()
        sign_privacy.register()
