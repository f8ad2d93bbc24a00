"""Public addresses of action plans."""

from django.urls import path

from advocacy.views import public

urlpatterns = [
    path("plans/", public.plan_list, name="plan_list"),
    path("plans/<slug:slug>/", public.plan_detail, name="plan_detail"),
]
