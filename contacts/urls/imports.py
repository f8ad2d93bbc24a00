"""Imports."""

from django.urls import path

from contacts.views import import_check, imports, subscriber_imports

urlpatterns = [
    path("imports/", imports.import_list, name="import_list"),
    path("imports/new/", imports.import_upload, name="import_upload"),
    path("imports/<slug:reference>/", imports.import_detail, name="import_detail"),
    path("imports/<slug:reference>/encoding/", imports.import_encoding, name="import_encoding"),
    path("imports/<slug:reference>/sheet/", imports.import_sheet, name="import_sheet"),
    path("imports/<slug:reference>/columns/", imports.import_map, name="import_map"),
    path("imports/<slug:reference>/check/", import_check.import_check, name="import_check"),
    path("imports/<slug:reference>/words/", import_check.import_word, name="import_word"),
    path("imports/<slug:reference>/file/", import_check.import_file, name="import_file"),
    path("imports/<slug:reference>/rows.<str:fmt>", import_check.import_rows, name="import_rows"),
    path("imports/<slug:reference>/apply/", import_check.import_apply, name="import_apply"),
    path("imports/<slug:reference>/hold/", import_check.import_hold, name="import_hold"),
    path("imports/<slug:reference>/discard/", import_check.import_discard, name="import_discard"),
    path("imports/<slug:reference>/readers/", subscriber_imports.subscriber_import, name="subscriber_import"),
    path("imports/<slug:reference>/readers/columns/", subscriber_imports.subscriber_map, name="subscriber_map"),
    path("imports/<slug:reference>/readers/apply/", subscriber_imports.subscriber_apply, name="subscriber_apply"),
    path("imports/<slug:reference>/readers/discard/", subscriber_imports.subscriber_discard, name="subscriber_discard"),
    path("imports/<slug:reference>/readers/undo/", subscriber_imports.subscriber_undo, name="subscriber_undo"),
    path("imports/<slug:reference>/undo/", import_check.import_undo, name="import_undo"),
]
