"""People: the list, one person, and what one may do there."""

from django.urls import path

from contacts.views import people, person

urlpatterns = [
    path("", people.person_list, name="person_list"),
    path("export.csv", people.person_export, name="person_export"),
    path("export.<str:fmt>", people.person_export, name="person_export"),
    path("people/<uuid:public_id>/", person.person_detail, name="person_detail"),
    path("people/<uuid:public_id>/edit/", person.person_edit, name="person_edit"),
    path("people/<uuid:public_id>/notes/", person.note_add, name="note_add"),
    path("people/<uuid:public_id>/objection/", person.person_stop, name="person_stop"),
    path("people/<uuid:public_id>/objection/lift/", person.person_resume, name="person_resume"),
]
