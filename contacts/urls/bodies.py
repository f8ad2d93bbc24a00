"""Bodies of parliaments and the seats in them."""

from django.urls import path

from contacts.views import bodies

urlpatterns = [
    path("bodies/", bodies.body_list, name="body_list"),
    path("bodies/new/", bodies.body_create, name="body_create"),
    path("bodies/<int:pk>/", bodies.body_detail, name="body_detail"),
    path("bodies/<int:pk>/edit/", bodies.body_edit, name="body_edit"),
    path("bodies/<int:pk>/members/new/", bodies.seat_create, name="seat_create"),
    path("seats/<int:pk>/end/", bodies.seat_end, name="seat_end"),
]
