"""People: the list, one person, and what one may do there."""

from django.urls import path

from contacts.views import creating, interactions, merging, people, person, tags

urlpatterns = [
    path("", people.person_list, name="person_list"),
    path("export.csv", people.person_export, name="person_export"),
    path("export.<str:fmt>", people.person_export, name="person_export"),
    path("tags/", tags.tag_list, name="tag_list"),
    path("tags/<int:pk>/", tags.tag_edit, name="tag_edit"),
    path("tags/<int:pk>/delete/", tags.tag_delete, name="tag_delete"),
    path("people/tag/", tags.person_tag, name="person_tag"),
    path("people/twice/", merging.duplicate_list, name="duplicate_list"),
    path("people/twice/two/", merging.duplicate_dismiss, name="duplicate_dismiss"),
    path("people/merge/", merging.person_merge, name="person_merge"),
    path("people/<uuid:public_id>/twin/", merging.twin_find, name="twin_find"),
    path("people/new/", creating.person_create, name="person_create"),
    path("people/<uuid:public_id>/", person.person_detail, name="person_detail"),
    path("people/<uuid:public_id>/imports/", person.person_imports, name="person_imports"),
    path("people/<uuid:public_id>/edit/", person.person_edit, name="person_edit"),
    path("people/<uuid:public_id>/corrections/<slug:field>/", person.correction_remove, name="correction_remove"),
    path("people/<uuid:public_id>/meetings/new/", interactions.interaction_create, name="interaction_create"),
    path("meetings/<int:pk>/", interactions.interaction_edit, name="interaction_edit"),
    path("meetings/<int:pk>/done/", interactions.interaction_done, name="interaction_done"),
    path("meetings/<int:pk>/delete/", interactions.interaction_delete, name="interaction_delete"),
    path("meetings/<int:pk>/restore/", interactions.interaction_restore, name="interaction_restore"),
    path("people/<uuid:public_id>/notes/", person.note_add, name="note_add"),
    path("people/<uuid:public_id>/objection/", person.person_stop, name="person_stop"),
    path("people/<uuid:public_id>/objection/lift/", person.person_resume, name="person_resume"),
]
