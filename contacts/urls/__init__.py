"""Addresses of the contacts room, under /desk/contacts/."""

from contacts.urls import bodies, imports, lists, organisations, people, privacy, salutations, secrets, segments

app_name = "contacts"

urlpatterns = [
    *people.urlpatterns,
    *organisations.urlpatterns,
    *bodies.urlpatterns,
    *secrets.urlpatterns,
    *lists.urlpatterns,
    *privacy.urlpatterns,
    *segments.urlpatterns,
    *imports.urlpatterns,
    *salutations.urlpatterns,
]
