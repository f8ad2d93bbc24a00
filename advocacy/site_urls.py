"""Public addresses without a language in front: sign-ons by link, feeds, the calendar, the sitemap."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
