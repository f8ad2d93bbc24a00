"""Lists, and the addresses that must not be written to."""

from django.urls import path

from contacts.views import lists, suppressions

urlpatterns = [
    path("lists/", lists.list_list, name="list_list"),
    path("lists/new/", lists.list_create, name="list_create"),
    path("lists/<int:pk>/", lists.list_detail, name="list_detail"),
    path("lists/<int:pk>/edit/", lists.list_edit, name="list_edit"),
    path("lists/<int:pk>/people/", lists.list_add, name="list_add"),
    path("lists/<int:pk>/people/<uuid:public_id>/end/", lists.list_end, name="list_end"),
    path("lists/<int:pk>/export.<str:fmt>", lists.list_export, name="list_export"),
    path("do-not-write/", suppressions.suppression_page, name="suppression_page"),
    path("do-not-write/look/", suppressions.suppression_look, name="suppression_look"),
    path("do-not-write/add/", suppressions.suppression_add, name="suppression_add"),
    path("do-not-write/lift/", suppressions.suppression_lift, name="suppression_lift"),
]
