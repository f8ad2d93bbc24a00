"""Addresses of the reply desk, below /desk/replies/."""

from django.urls import path

from mailing.views import answers, replies

app_name = "replies"

urlpatterns = [
    path("", replies.reply_list, name="list"),
    path("new/", replies.reply_add, name="add"),
    path("replies.csv", replies.reply_csv, name="csv"),
    path("<int:pk>/", replies.reply_detail, name="detail"),
    path("<int:pk>/sort/", replies.reply_sort, name="sort"),
    path("<int:pk>/undo/", replies.reply_undo, name="undo"),
    path("<int:pk>/colleague/", replies.reply_assign, name="assign"),
    path("<int:pk>/letter/", replies.reply_match, name="match"),
    path("<int:pk>/no-letter/", replies.reply_detach, name="detach"),
    path("<int:pk>/files/<int:number>/", replies.reply_file, name="file"),
    path("<int:pk>/answer/", answers.answer_write, name="answer"),
    path("answers/<uuid:public_id>/", answers.answer_settle, name="answer_settle"),
]
