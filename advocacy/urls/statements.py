"""Addresses of statements in the workspace."""

from django.urls import path

from advocacy.views import files, pdf, remarks, review, statements, writing

urlpatterns = [
    path("statements/", statements.statement_list, name="statement_list"),
    path("statements/new/", statements.statement_create, name="statement_create"),
    path("statements/<str:reference>/", statements.statement_detail, name="statement_detail"),
    path("statements/<str:reference>/pdf/", pdf.statement_draft, name="statement_pdf"),
    path("statements/<str:reference>/text/", writing.statement_edit, name="statement_edit"),
    path("statements/<str:reference>/languages/", writing.language_add, name="language_add"),
    path(
        "statements/<str:reference>/languages/<slug:language>/removal/", writing.language_remove, name="language_remove"
    ),
    path("statements/<str:reference>/details/", review.statement_details, name="statement_details"),
    path("statements/<str:reference>/safety/", review.statement_safety, name="statement_safety"),
    path("statements/<str:reference>/comments/", remarks.comment_add, name="comment_add"),
    path("statements/<str:reference>/comments/<int:pk>/answers/", remarks.comment_answer, name="comment_answer"),
    path("statements/<str:reference>/comments/<int:pk>/settlement/", remarks.comment_settle, name="comment_settle"),
    path("statements/<str:reference>/files/", files.file_add, name="file_add"),
    path("statements/<str:reference>/files/<int:pk>/", files.file_read, name="file_read"),
    path("statements/<str:reference>/files/<int:pk>/removal/", files.file_remove, name="file_remove"),
    path("statements/<str:reference>/review/", review.statement_review, name="statement_review"),
    path("statements/<str:reference>/approval/", review.statement_approve, name="statement_approve"),
    path("statements/<str:reference>/changes/", review.statement_ask_changes, name="statement_ask_changes"),
    path("statements/<str:reference>/publication/", review.statement_publish, name="statement_publish"),
    path("statements/<str:reference>/schedule/", review.statement_schedule, name="statement_schedule"),
    path("statements/<str:reference>/schedule/removal/", review.statement_unschedule, name="statement_unschedule"),
    path("statements/<str:reference>/withdrawal/", review.statement_withdraw, name="statement_withdraw"),
    path("statements/<str:reference>/new-version/", review.statement_new_version, name="statement_new_version"),
    path("editor/upload/", writing.upload_refused, name="upload_refused"),
]
