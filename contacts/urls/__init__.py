"""Addresses of the contacts room, under /desk/contacts/."""

from contacts.urls import organisations, people, salutations, secrets, segments

app_name = "contacts"

urlpatterns = [
    *people.urlpatterns,
    *organisations.urlpatterns,
    *secrets.urlpatterns,
    *segments.urlpatterns,
    *salutations.urlpatterns,
]
