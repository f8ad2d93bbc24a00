"""Addresses of campaigns, events, the calendar, evidence and positions in the workspace."""

from django.urls import path

from advocacy.views import campaigns, events, evidence, positions

urlpatterns = [
    path("campaigns/", campaigns.campaign_list, name="campaign_list"),
    path("campaigns/new/", campaigns.campaign_create, name="campaign_create"),
    path("campaigns/<slug:slug>/", campaigns.campaign_detail, name="campaign_detail"),
    path("campaigns/<slug:slug>/edit/", campaigns.campaign_edit, name="campaign_edit"),
    path("campaigns/<slug:slug>/texts/<slug:language>/", campaigns.campaign_text, name="campaign_text"),
    path("campaigns/<slug:slug>/public/", campaigns.campaign_public, name="campaign_public"),
    path("campaigns/<slug:slug>/contents/", campaigns.campaign_belongings, name="campaign_belongings"),
    path("campaigns/<slug:slug>/positions/", positions.position_list, name="position_list"),
    path("campaigns/<slug:slug>/positions/new/", positions.position_find, name="position_find"),
    path("campaigns/<slug:slug>/people/<uuid:public_id>/", positions.promise_record, name="promise_record"),
    path("positions/<uuid:public_id>/", positions.position_set, name="position_set"),
    path("events/", events.event_list, name="event_list"),
    path("events/new/", events.event_create, name="event_create"),
    path("events/<slug:slug>/", events.event_detail, name="event_detail"),
    path("events/<slug:slug>/edit/", events.event_edit, name="event_edit"),
    path("events/<slug:slug>/people/new/", events.attendance_add, name="attendance_add"),
    path("events/<slug:slug>/people/<int:pk>/", events.attendance_edit, name="attendance_edit"),
    path("events/<slug:slug>/people/<int:pk>/removal/", events.attendance_remove, name="attendance_remove"),
    path("evidence/", evidence.evidence_list, name="evidence_list"),
    path("evidence/new/", evidence.evidence_create, name="evidence_create"),
    path("evidence/<slug:slug>/", evidence.evidence_detail, name="evidence_detail"),
    path("evidence/<slug:slug>/edit/", evidence.evidence_edit, name="evidence_edit"),
    path("calendar/", evidence.calendar, name="calendar"),
    path("calendar/hints/", evidence.day_hints, name="day_hints"),
    path("calendar/new/", evidence.day_create, name="day_create"),
    path("calendar/<slug:slug>/", evidence.day_edit, name="day_edit"),
    path("calendar/<slug:slug>/removal/", evidence.day_remove, name="day_remove"),
]
