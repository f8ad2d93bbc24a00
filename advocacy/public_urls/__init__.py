"""Addresses of the public pages, below /<lang>/. The namespace `public` is given by config/urls.py."""

from advocacy.public_urls import campaigns, joining, plans, site, statements

urlpatterns = [
    *site.urlpatterns,
    *statements.urlpatterns,
    *plans.urlpatterns,
    *campaigns.urlpatterns,
    *joining.urlpatterns,
]
