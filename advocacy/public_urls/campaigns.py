"""Public addresses of campaigns, events and the calendar."""

from django.urls import path

from advocacy.views import public_campaigns

urlpatterns = [
    path("campaigns/", public_campaigns.campaign_list, name="campaign_list"),
    path("campaigns/<slug:slug>/", public_campaigns.campaign_detail, name="campaign_detail"),
    path("events/<slug:slug>/", public_campaigns.event_detail, name="event_detail"),
    path("calendar.ics", public_campaigns.calendar, name="calendar"),
]
