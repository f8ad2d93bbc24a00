"""Addresses of campaigns, events, evidence and asks in the workspace."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
