"""Addresses of newsletters without a language in front: the links in mails, as short as they can be."""

from django.urls import path

from mailing.views import preferences, public_issues, subscribing

urlpatterns = [
    path("feeds/<slug:lang>/newsletter.atom", public_issues.feed_issues, name="feed_issues"),
    path("l/<str:short>/", public_issues.counted_link, name="counted_link"),
    path("c/<str:token>/", subscribing.confirm_subscription, name="confirm_subscription"),
    path("p/<str:token>/", preferences.settings_page, name="preferences"),
    path("p/<str:token>/pause/", preferences.pause, name="preferences_pause"),
    path("p/<str:token>/resume/", preferences.resume, name="preferences_resume"),
    path("p/<str:token>/data/", preferences.data, name="preferences_data"),
    path("p/<str:token>/leave/", preferences.leave, name="preferences_leave"),
    path("p/<str:token>/undo/", preferences.undo, name="preferences_undo"),
    path("p/<str:token>/erase/", preferences.erase, name="preferences_erase"),
]
