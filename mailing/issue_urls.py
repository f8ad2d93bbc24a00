"""Addresses of the issues of newsletters, below /desk/newsletters/."""

from django.urls import path

from mailing.views import issue_languages, issue_lists, issue_writing

app_name = "newsletters"

urlpatterns = [
    path("", issue_lists.issue_list, name="issue_list"),
    path("new/", issue_lists.issue_create, name="issue_create"),
    path("<str:reference>/write/", issue_writing.issue_write, name="issue_write"),
    path("<str:reference>/details/", issue_languages.issue_details, name="issue_details"),
    path("<str:reference>/languages/", issue_languages.issue_language_add, name="issue_language_add"),
    path(
        "<str:reference>/languages/<slug:language>/removal/",
        issue_languages.issue_language_remove,
        name="issue_language_remove",
    ),
    path("<str:reference>/blocks/", issue_writing.block_add, name="block_add"),
    path("<str:reference>/blocks/<int:pk>/up/", issue_writing.block_move, {"way": "up"}, name="block_up"),
    path("<str:reference>/blocks/<int:pk>/down/", issue_writing.block_move, {"way": "down"}, name="block_down"),
    path("<str:reference>/blocks/<int:pk>/removal/", issue_writing.block_remove, name="block_remove"),
    path("<str:reference>/blocks/<int:pk>/rows/", issue_writing.block_rows, name="block_rows"),
    path("<str:reference>/blocks/<int:pk>/source/", issue_writing.block_source, name="block_source"),
    path("<str:reference>/blocks/<int:pk>/refresh/", issue_writing.block_refresh, name="block_refresh"),
]
