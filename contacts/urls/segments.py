"""Segments."""

from django.urls import path

from contacts.views import building, segments

urlpatterns = [
    path("segments/", segments.segment_list, name="segment_list"),
    path("segments/new/", building.segment_create, name="segment_create"),
    path("segments/count/", building.segment_count, name="segment_count"),
    path("segments/<int:pk>/", segments.segment_detail, name="segment_detail"),
    path("segments/<int:pk>/edit/", building.segment_edit, name="segment_edit"),
    path("segments/<int:pk>/delete/", segments.segment_delete, name="segment_delete"),
    path("segments/<int:pk>/export.csv", segments.segment_export, name="segment_export"),
    path("segments/<int:pk>/export.<str:fmt>", segments.segment_export, name="segment_export"),
]
