"""Public addresses of action plans."""

from django.urls import path

from advocacy.views import pdf, public_plans

urlpatterns = [
    path("plans/", public_plans.plan_list, name="plan_list"),
    path("plans/<slug:slug>.pdf", pdf.plan_public, name="plan_pdf"),
    path("plans/<slug:slug>/", public_plans.plan_detail, name="plan_detail"),
    path("plans/<slug:slug>/data.csv", public_plans.plan_csv, name="plan_csv"),
    path("plans/<slug:slug>/data.json", public_plans.plan_json, name="plan_json"),
    # Last: its second part takes any word, and answers 404 where that is no country of the plan.
    path("plans/<slug:slug>/<slug:country>/", public_plans.plan_country, name="plan_country"),
]
