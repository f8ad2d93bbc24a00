"""Secret addresses, one at a time and on purpose."""

from django.urls import path

from contacts.views import secrets

urlpatterns = [
    path("organisations/<int:pk>/secret/", secrets.organisation_secret, name="organisation_secret"),
    path("people/<uuid:public_id>/secret/", secrets.person_secret, name="person_secret"),
]
