"""Addresses of the API, under /api/v1/."""

from desk.api import v1

app_name = "api"
urlpatterns = v1.urls()
