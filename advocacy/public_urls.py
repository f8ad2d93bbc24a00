"""Addresses of the public pages, below /<lang>/. The namespace `public` is given by config/urls.py."""

from django.urls import path

from advocacy.views import public

urlpatterns = [
    path("statements/", public.statement_list, name="statement_list"),
    path("statements/<slug:slug>/", public.statement_detail, name="statement_detail"),
    path("plans/", public.plan_list, name="plan_list"),
    path("plans/<slug:slug>/", public.plan_detail, name="plan_detail"),
]
