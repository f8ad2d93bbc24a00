"""Addresses of the advocacy pages of the workspace, below /desk/."""

from advocacy.urls import campaigns, plans, signing, statements

app_name = "advocacy"

urlpatterns = [
    *statements.urlpatterns,
    *signing.urlpatterns,
    *plans.urlpatterns,
    *campaigns.urlpatterns,
]
