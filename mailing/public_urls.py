"""Addresses of mailings for their readers, outside the workspace."""

from django.urls import path

from mailing.views import leaving, public_papers

app_name = "leaving"

urlpatterns = [
    path("u/<str:token>/", leaving.leave, name="unsubscribe"),
    path("u/<str:token>/undo/", leaving.undo, name="undo"),
    # As it stands in issues that were sent before.
    path("unsubscribe/<str:token>/", leaving.leave, name="unsubscribe_long"),
    path("unsubscribe/<str:token>/undo/", leaving.undo, name="undo_long"),
    # The same for letters, which nobody subscribed to: an objection (GDPR Article 21).
    path("objection/<str:token>/", leaving.leave, name="object"),
    path("objection/<str:token>/undo/", leaving.undo, name="object_undo"),
    path("letter/<str:token>.pdf", public_papers.letter, name="paper"),
]
