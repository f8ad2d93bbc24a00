"""Addresses of the advocacy pages of the workspace, below /desk/."""

from advocacy.urls import campaigns, plans, signing, statements, texts

app_name = "advocacy"

urlpatterns = [
    *statements.urlpatterns,
    *texts.urlpatterns,
    *signing.urlpatterns,
    *plans.urlpatterns,
    *campaigns.urlpatterns,
]
