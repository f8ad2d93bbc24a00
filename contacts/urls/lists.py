"""Lists, and the addresses that must not be written to."""

from django.urls import path

from contacts.views import list_words, lists, subscriber_imports, suppressions

urlpatterns = [
    path("lists/", lists.list_list, name="list_list"),
    path("lists/new/", lists.list_create, name="list_create"),
    path("lists/<int:pk>/", lists.list_detail, name="list_detail"),
    path("lists/<int:pk>/edit/", lists.list_edit, name="list_edit"),
    path("lists/<int:pk>/people/", lists.list_add, name="list_add"),
    path("lists/<int:pk>/people/<uuid:public_id>/end/", lists.list_end, name="list_end"),
    path("lists/<int:pk>/export.<str:fmt>", lists.list_export, name="list_export"),
    path("lists/<int:pk>/import/", subscriber_imports.subscriber_upload, name="subscriber_upload"),
    path("lists/<int:pk>/words/", list_words.list_language, name="list_language"),
    path("lists/<int:pk>/words/<str:language>/", list_words.list_words, name="list_words"),
    path("lists/<int:pk>/words/<str:language>/remove/", list_words.list_words_remove, name="list_words_remove"),
    path("lists/<int:pk>/topics/new/", list_words.topic_create, name="topic_create"),
    path("lists/<int:pk>/topics/<int:topic>/", list_words.topic_edit, name="topic_edit"),
    path("lists/<int:pk>/topics/<int:topic>/move/", list_words.topic_move, name="topic_move"),
    path("lists/<int:pk>/topics/<int:topic>/offer/", list_words.topic_offer, name="topic_offer"),
    path("lists/<int:pk>/topics/<int:topic>/remove/", list_words.topic_remove, name="topic_remove"),
    path("do-not-write/", suppressions.suppression_page, name="suppression_page"),
    path("do-not-write/look/", suppressions.suppression_look, name="suppression_look"),
    path("do-not-write/add/", suppressions.suppression_add, name="suppression_add"),
    path("do-not-write/lift/", suppressions.suppression_lift, name="suppression_lift"),
]
