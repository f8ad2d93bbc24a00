"""Addresses of action plans in the workspace."""

from django.urls import path

from advocacy.views import plans

urlpatterns = [
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/<slug:slug>/", plans.plan_detail, name="plan_detail"),
]
