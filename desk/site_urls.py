"""Addresses outside the workspace: the root, invitations, health, robots."""

from importlib.util import find_spec

from django.urls import path

from desk.views import front, health

urlpatterns = [
    path("", front.front, name="front"),
    path("robots.txt", front.robots, name="robots"),
    path("healthz", health.healthz, name="healthz"),
    path("invitation/<str:token>/", front.invitation, name="invitation"),
]
if find_spec("desk.views.outbox"):
    from desk.views import outbox

    urlpatterns += [path("outbox/", outbox.outbox, name="outbox")] if hasattr(outbox, "outbox") else []
