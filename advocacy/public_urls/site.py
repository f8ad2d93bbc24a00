"""Public addresses of the home page and what belongs to the whole site."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
