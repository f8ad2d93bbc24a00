"""Organisations, how they belong to the platform, and who works there."""

from django.urls import path

from contacts.views import belonging, organisations

urlpatterns = [
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/new/", organisations.organisation_create, name="organisation_create"),
    path("organisations/national-contacts/", organisations.national_contacts, name="national_contacts"),
    path("organisations/<int:pk>/", organisations.organisation_detail, name="organisation_detail"),
    path("organisations/<int:pk>/edit/", organisations.organisation_edit, name="organisation_edit"),
    path("organisations/<int:pk>/delete/", organisations.organisation_delete, name="organisation_delete"),
    path("organisations/<int:pk>/memberships/new/", belonging.membership_add, name="membership_add"),
    path("organisations/memberships/<int:pk>/", belonging.membership_edit, name="membership_edit"),
    path("organisations/memberships/<int:pk>/removal/", belonging.membership_remove, name="membership_remove"),
    path("organisations/<int:pk>/posts/new/", belonging.post_add, name="post_add"),
    path("organisations/posts/<int:pk>/", belonging.post_edit, name="post_edit"),
    path("organisations/posts/<int:pk>/removal/", belonging.post_remove, name="post_remove"),
]
