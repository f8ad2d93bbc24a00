"""Addresses of the contacts room, under /desk/contacts/."""

from contacts.urls import organisations, people, salutations, segments

app_name = "contacts"

urlpatterns = [
    *people.urlpatterns,
    *organisations.urlpatterns,
    *segments.urlpatterns,
    *salutations.urlpatterns,
]
