"""Addresses of the demo's outbox, at the root of the site."""

from django.urls import path

from desk.views import outbox

app_name = "outbox"

urlpatterns = [
    path("outbox/", outbox.outbox, name="list"),
    path("outbox/<str:name>/", outbox.message, name="message"),
    path("outbox/<str:name>/body/", outbox.body, name="body"),
]
