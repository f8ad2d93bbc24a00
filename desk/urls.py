"""Addresses of the workspace's shell, under /desk/."""

from django.urls import path

from desk.views import audit, home, search, settings, styleguide, team

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
    path("settings/audit/", audit.trail, name="audit"),
    path("settings/audit.csv", audit.export, name="audit_csv"),
]
