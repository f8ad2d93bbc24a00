"""Addresses of the issues of newsletters, below /desk/newsletters/."""

from django.urls import path

from mailing.views import issue_corrections, issue_languages, issue_lists, issue_previews, issue_writing, list_growth

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
    path("<str:reference>/preview/", issue_previews.issue_preview, name="issue_preview"),
    path("<str:reference>/preview/message/", issue_previews.issue_message, name="issue_message"),
    path("<str:reference>/preview/web/", issue_previews.issue_web, name="issue_web"),
    path("<str:reference>/correction/", issue_corrections.issue_correction, name="issue_correction"),
    path("<str:reference>/withdrawal/", issue_corrections.issue_withdraw, name="issue_withdraw"),
    path("<str:reference>/return/", issue_corrections.issue_put_back, name="issue_put_back"),
    path("growth/<int:pk>/", list_growth.list_growth, name="list_growth"),
    path("growth/<int:pk>/csv/", list_growth.list_growth_csv, name="list_growth_csv"),
    path("growth/<int:pk>/<int:subscription>/", list_growth.list_bring_back, name="list_bring_back"),
]
