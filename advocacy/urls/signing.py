"""Addresses of sign-ons in the workspace."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
