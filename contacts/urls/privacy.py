"""A person's own data: everything held, erasure, being informed; and what the desk as a whole holds."""

from django.urls import path

from contacts.views import privacy

urlpatterns = [
    path("privacy/", privacy.overview, name="privacy"),
    path("people/<uuid:public_id>/everything/", privacy.everything, name="person_everything"),
    path("people/<uuid:public_id>/erase/", privacy.person_erase, name="person_erase"),
    path("people/<uuid:public_id>/informed/", privacy.person_informed, name="person_informed"),
]
