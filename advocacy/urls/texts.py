"""Addresses of the texts of statements in the workspace: their history, and translations beside their source."""

from django.urls import path

from advocacy.views import translations, versions

urlpatterns = [
    path("statements/<str:reference>/history/", versions.statement_history, name="statement_history"),
    path("statements/<str:reference>/history/comparison/", versions.version_compare, name="version_compare"),
    path("statements/<str:reference>/history/names/", versions.restore_point_create, name="restore_point_create"),
    path("statements/<str:reference>/history/<slug:key>/", versions.version_detail, name="version_detail"),
    path(
        "statements/<str:reference>/history/<slug:key>/restoration/", versions.version_restore, name="version_restore"
    ),
    path(
        "statements/<str:reference>/languages/<slug:language>/",
        translations.translation_detail,
        name="translation_detail",
    ),
    path(
        "statements/<str:reference>/languages/<slug:language>/acceptance/",
        translations.translation_accept,
        name="translation_accept",
    ),
]
