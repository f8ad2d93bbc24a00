"""Addresses outside the workspace: the root, invitations, health, robots, the demo's outbox."""

from django.urls import include, path

from desk.views import front, health

urlpatterns = [
    path("", front.front, name="front"),
    path("robots.txt", front.robots, name="robots"),
    path("healthz", health.healthz, name="healthz"),
    path("invitation/<str:token>/", front.invitation, name="invitation"),
    path("", include("desk.outbox_urls")),
]
