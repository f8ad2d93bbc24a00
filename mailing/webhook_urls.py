"""Addresses that mail providers call, below /webhooks/: mailgun/tracking/, postmark/inbound/, …"""

from django.urls import path

from mailing import webhooks

app_name = "webhooks"

urlpatterns = [path("<slug:provider>/<slug:what>/", webhooks.receive, name="receive")]
