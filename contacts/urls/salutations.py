"""Salutations."""

from django.urls import path

from contacts.views import salutations

urlpatterns = [
    path("salutations/", salutations.salutation_list, name="salutation_list"),
    path("salutations/<int:pk>/", salutations.salutation_edit, name="salutation_edit"),
]
