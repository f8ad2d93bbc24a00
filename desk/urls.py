"""Addresses of the workspace's shell, under /desk/."""

from django.urls import path

from desk.views import api, audit, home, search, settings, styleguide, team

app_name = "desk"

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("awake/", home.awake, name="awake"),
    path("settings/", settings.yours, name="settings"),
    path("settings/team/", team.team, name="team"),
    path("settings/team/invitations/", team.invitations, name="team_invite"),
    path("settings/team/<int:pk>/", team.colleague, name="team_member"),
    path("settings/team/<int:pk>/invitation/", team.invitation, name="team_invite_again"),
    path("settings/team/<int:pk>/closing/", team.closing, name="team_close"),
    path("settings/team/<int:pk>/opening/", team.opening, name="team_open"),
    path("settings/api/", api.api, name="api"),
    path("settings/api/keys/", api.key_make, name="api_key_make"),
    path("settings/api/keys/<int:pk>/end/", api.key_revoke, name="api_key_revoke"),
    path("settings/api/webhooks/", api.webhook_make, name="webhook_make"),
    path("settings/api/webhooks/<int:pk>/", api.webhook, name="webhook"),
    path("settings/api/webhooks/<int:pk>/secret/", api.webhook_secret, name="webhook_secret"),
    path("settings/api/webhooks/<int:pk>/switch/", api.webhook_switch, name="webhook_switch"),
    path("settings/api/webhooks/<int:pk>/remove/", api.webhook_remove, name="webhook_remove"),
    path("settings/api/webhooks/<int:pk>/try/", api.webhook_ping, name="webhook_ping"),
    path("settings/api/webhooks/<int:pk>/messages/<int:delivery>/", api.webhook_replay, name="webhook_replay"),
    path("settings/audit/", audit.trail, name="audit"),
    path("settings/audit.csv", audit.export, name="audit_csv"),
]
