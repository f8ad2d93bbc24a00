"""Public addresses of the home page and what belongs to the whole site."""

from django.urls import path

from advocacy.views import site

urlpatterns = [
    path("", site.home, name="home"),
    path("languages/", site.languages, name="languages"),
    path("privacy/", site.privacy, name="privacy"),
]
