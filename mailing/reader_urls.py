"""Public addresses of newsletters below /<lang>/, in the namespace `public`."""

from django.urls import path

from mailing.views import subscribing

urlpatterns = [
    path("subscribe/", subscribing.subscribe, name="subscribe"),
    path("subscribe/sent/", subscribing.subscribe_sent, name="subscribe_sent"),
    path("subscribe/sent/embed/", subscribing.subscribe_sent_embed, name="subscribe_sent_embed"),
    path("subscribe/<slug:slug>/", subscribing.subscribe, name="subscribe_list"),
    path("subscribe/<slug:slug>/embed/", subscribing.subscribe_embed, name="subscribe_embed"),
]
