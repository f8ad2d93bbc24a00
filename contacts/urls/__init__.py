"""Addresses of the contacts room, under /desk/contacts/."""

from contacts.urls import lists, organisations, people, salutations, secrets, segments

app_name = "contacts"

urlpatterns = [
    *people.urlpatterns,
    *organisations.urlpatterns,
    *secrets.urlpatterns,
    *lists.urlpatterns,
    *segments.urlpatterns,
    *salutations.urlpatterns,
]
