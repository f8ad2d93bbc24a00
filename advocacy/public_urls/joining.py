"""Public addresses of the calls of others that we joined."""

from django.urls import path

from advocacy.views import joining

urlpatterns = [
    path("joined/", joining.public_list, name="call_list"),
    path("joined/<slug:slug>/", joining.public_detail, name="call_detail"),
    path("joined/<slug:slug>/text.pdf", joining.public_file, name="call_file"),
]
