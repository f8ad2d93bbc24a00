"""Addresses of the letters, below /desk/letters/."""

from django.urls import path

from mailing.views import approval, checking, letters, people, reporting, senders, sending, writing

app_name = "mailing"

urlpatterns = [
    path("", letters.letter_list, name="letter_list"),
    path("new/", letters.letter_create, name="letter_create"),
    path("senders/", senders.sender_list, name="sender_list"),
    path("senders/new/", senders.sender_edit, name="sender_create"),
    path("senders/register/", senders.register_number, name="register_number"),
    path("senders/<int:pk>/", senders.sender_edit, name="sender_edit"),
    path("senders/<int:pk>/check/", senders.sender_check, name="sender_check"),
    path("from/<str:reference>/", letters.letter_from_statement, name="letter_from_statement"),
    path("<str:reference>/", reporting.letter_report, name="letter_report"),
    path("<str:reference>/write/", writing.letter_write, name="letter_write"),
    path("<str:reference>/details/", writing.letter_details, name="letter_details"),
    path("<str:reference>/languages/", writing.language_add, name="language_add"),
    path("<str:reference>/languages/<slug:language>/removal/", writing.language_remove, name="language_remove"),
    path("<str:reference>/audience/", people.letter_audience, name="letter_audience"),
    path("<str:reference>/people/", people.letter_people, name="letter_people"),
    path("<str:reference>/preview/<int:number>/", people.letter_preview, name="letter_preview"),
    path("<str:reference>/check/", checking.letter_check, name="letter_check"),
    path("<str:reference>/test/", checking.letter_test, name="letter_test"),
    path("<str:reference>/domain/", checking.letter_domain, name="letter_domain"),
    path("<str:reference>/approve/", approval.letter_approve, name="letter_approve"),
    path("<str:reference>/review/", approval.letter_submit, name="letter_submit"),
    path("<str:reference>/approval/", approval.letter_approval, name="letter_approval"),
    path("<str:reference>/changes/", approval.letter_changes, name="letter_changes"),
    path("<str:reference>/withdrawal/", approval.letter_withdraw, name="letter_withdraw"),
    path("<str:reference>/send/", sending.letter_send, name="letter_send"),
    path("<str:reference>/sent/", sending.letter_sent, name="letter_sent"),
    path("<str:reference>/undo/", sending.letter_undo, name="letter_undo"),
    path("<str:reference>/pause/", sending.letter_pause, name="letter_pause"),
    path("<str:reference>/resumption/", sending.letter_resume, name="letter_resume"),
    path("<str:reference>/stop/", sending.letter_stop, name="letter_stop"),
    path("<str:reference>/cancellation/", sending.letter_cancel, name="letter_cancel"),
    path("<str:reference>/progress/", reporting.letter_progress, name="letter_progress"),
    path("<str:reference>/ledger.csv", reporting.letter_ledger, name="letter_ledger"),
    path("<str:reference>/settlement/<uuid:public_id>/", reporting.delivery_settle, name="delivery_settle"),
    path("<str:reference>/deliveries/<uuid:public_id>/", reporting.delivery_letter, name="delivery_letter"),
]
