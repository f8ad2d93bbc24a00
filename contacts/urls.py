"""Addresses of the contacts room, under /desk/contacts/."""

from django.urls import path

from contacts.views import organisations, people, person, salutations, segments

app_name = "contacts"

urlpatterns = [
    path("", people.person_list, name="person_list"),
    path("export.csv", people.person_export, name="person_export"),
    path("people/<uuid:public_id>/", person.person_detail, name="person_detail"),
    path("people/<uuid:public_id>/edit/", person.person_edit, name="person_edit"),
    path("people/<uuid:public_id>/notes/", person.note_add, name="note_add"),
    path("people/<uuid:public_id>/objection/", person.person_stop, name="person_stop"),
    path("people/<uuid:public_id>/objection/lift/", person.person_resume, name="person_resume"),
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/<int:pk>/", organisations.organisation_detail, name="organisation_detail"),
    path("segments/", segments.segment_list, name="segment_list"),
    path("segments/new/", segments.segment_create, name="segment_create"),
    path("segments/count/", segments.segment_count, name="segment_count"),
    path("segments/<int:pk>/", segments.segment_detail, name="segment_detail"),
    path("segments/<int:pk>/edit/", segments.segment_edit, name="segment_edit"),
    path("segments/<int:pk>/delete/", segments.segment_delete, name="segment_delete"),
    path("segments/<int:pk>/export.csv", segments.segment_export, name="segment_export"),
    path("salutations/", salutations.salutation_list, name="salutation_list"),
    path("salutations/<int:pk>/", salutations.salutation_edit, name="salutation_edit"),
]
