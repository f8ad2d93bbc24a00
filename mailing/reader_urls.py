"""Public addresses of newsletters below /<lang>/, in the namespace `public`."""

from django.urls import path

from mailing.views import preference_links, public_issues, subscribing

urlpatterns = [
    path("newsletter/", public_issues.issue_list, name="issue_list"),
    path("newsletter/<slug:reference>/", public_issues.issue_detail, name="issue_detail"),
    path("preferences/", preference_links.ask, name="preferences_link"),
    path("preferences/sent/", preference_links.sent, name="preferences_sent"),
    path("subscribe/", subscribing.subscribe, name="subscribe"),
    path("subscribe/sent/", subscribing.subscribe_sent, name="subscribe_sent"),
    path("subscribe/sent/embed/", subscribing.subscribe_sent_embed, name="subscribe_sent_embed"),
    path("subscribe/<slug:slug>/", subscribing.subscribe, name="subscribe_list"),
    path("subscribe/<slug:slug>/embed/", subscribing.subscribe_embed, name="subscribe_embed"),
]
